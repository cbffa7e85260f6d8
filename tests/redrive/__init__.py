"""Dead letters on their way back to the consumers that gave up on them."""
