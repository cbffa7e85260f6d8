"""The bounded contexts and their drivers. They know neither Temporal nor GraphQL."""
