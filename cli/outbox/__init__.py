"""`caravan outbox`: what services could not publish, and trying it again."""
