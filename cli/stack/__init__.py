"""The embedded stack: real servers and our own processes as children of one command."""
