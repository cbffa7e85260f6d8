"""Campaigns' workflows, on a server that skips time."""
