"""The rules: what follows from counts, in words that a person can check. Pure."""
