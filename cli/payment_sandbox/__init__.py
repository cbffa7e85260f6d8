"""A payment provider for development and tests: a process of its own, with its own memory of what it did."""
