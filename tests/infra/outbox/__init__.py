"""The relay and its parts."""
