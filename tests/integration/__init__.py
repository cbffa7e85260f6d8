"""Caravan whole, on real servers: floods, kills, restarts; after each test every invariant is checked."""
