"""Proof of the response cache at the gateway: what is kept, for whom, and what drops it."""
