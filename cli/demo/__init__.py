"""The demo: a sample shop, and orders of every outcome, told as they happen. Speaks GraphQL like any client."""
