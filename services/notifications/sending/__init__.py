"""How messages are made, claimed, sent and settled, on ports. Knows no driver."""
