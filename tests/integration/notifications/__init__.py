"""Messages while their mail server is away, refuses everything, or refuses one of them. A stack of its own."""
