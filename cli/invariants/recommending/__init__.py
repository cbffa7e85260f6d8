"""What must always hold of what is counted and recommended."""
