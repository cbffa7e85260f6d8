"""The people whom notifications go to."""
