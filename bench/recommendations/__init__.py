"""Recommendations measured: what an order costs to count, how fast lists are made anew, how fast they are shown."""
