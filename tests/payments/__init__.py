"""Payments: their rules under crashes and races, their stores, their providers and their HTTP."""
