"""Keeping what is recommended up to date: for one user, for all of them, and from a new count of all orders."""
