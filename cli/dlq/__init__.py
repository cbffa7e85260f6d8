"""`caravan dlq`: what consumers gave up on, for the people who run the shop. Speaks GraphQL, like everybody else."""
