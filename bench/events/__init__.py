"""What events cost and how late they are. Needs no system that runs: it starts the servers alone."""
