"""Messages to people: what is sent to whom, by which channel, and what became of it. Decides nothing of an order."""
