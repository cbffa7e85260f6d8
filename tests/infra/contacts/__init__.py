"""The seal of contacts, and tokens to unsubscribe."""
