"""The embedded stack: starting, keeping, stopping, and nothing left behind."""
