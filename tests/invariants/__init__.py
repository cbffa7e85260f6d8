"""Planted bugs: each invariant's check must see what breaks it."""
