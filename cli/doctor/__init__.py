"""`caravan doctor`: what it looks at, and how it tells. Mends nothing."""
