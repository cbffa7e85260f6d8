"""Proof of the settings: documented, typed, and no default secret in production."""
