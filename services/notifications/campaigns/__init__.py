"""Campaigns: one message to everybody of an audience. A part of the notifications, with a face of its own."""
