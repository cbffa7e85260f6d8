"""The workflow that tells people of an event: how each message may end, and what is repeated."""
