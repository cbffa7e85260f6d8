"""How internal calls go over a network that fails: deadlines, attempts, circuits, traces, numbers. Knows no face."""
