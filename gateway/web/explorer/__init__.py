"""The explorer page: its parts as a browser takes them, and what puts them together."""
