"""Kept answers on a whole system."""
