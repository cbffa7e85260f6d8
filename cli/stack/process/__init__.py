"""Child processes: starting, stopping, and none left behind. Knows nothing of what they are."""
