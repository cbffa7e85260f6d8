"""What the services users and notifications alone share: the seal of contacts, and tokens to unsubscribe."""
