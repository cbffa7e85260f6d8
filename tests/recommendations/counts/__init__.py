"""Counts of purchases: stores, tally, and what events do to them."""
