"""Live updates: the protocol, what is watched, the consumers that tell of it, and all of it on a whole system."""
