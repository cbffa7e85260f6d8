"""The rules: what follows from counts."""
