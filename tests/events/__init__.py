"""The contract of events: types, schemas, topics, and what a stranger can read by it alone."""
