"""Counting purchases: whole numbers that orders add to, and that orders which are called off take back."""
