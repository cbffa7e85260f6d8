"""How good recommendations are, measured by the code that serves."""
