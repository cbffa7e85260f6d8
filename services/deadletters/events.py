"""What dead letters tell the world: nothing. They are of the machinery, not of the shop; the audit has who did what."""
