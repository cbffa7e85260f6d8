"""What is watched, and its latest state for whoever watches. Knows no socket and no GraphQL."""
