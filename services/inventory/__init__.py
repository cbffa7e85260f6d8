"""How many of each SKU there are and who holds them. The only place stock changes."""
