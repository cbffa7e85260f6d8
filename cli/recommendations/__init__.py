"""`caravan recommendations`: what is done to the lists and their counts, and how good they are."""
