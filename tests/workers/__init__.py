"""The processes: what they run, and how they start and end."""
