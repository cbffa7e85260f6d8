"""Proof of the users context: the rules, the stores under one contract, passwords and tokens."""
