"""GraphQL over WebSocket: the protocol graphql-transport-ws, for subscriptions. Knows no field of the schema."""
