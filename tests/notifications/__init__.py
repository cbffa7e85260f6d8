"""Notifications: messages, people, lanes, campaigns."""
