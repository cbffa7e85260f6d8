"""The drivers, against the real servers."""
