"""How good recommendations are: the code that serves, asked about real baskets that it has not seen."""
