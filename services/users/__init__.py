"""Who may sign in, and as what. The only place that sees a password."""
