"""Keeping what is recommended up to date: workflows on a server that skips time, and on real ones."""
