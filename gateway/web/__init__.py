"""HTTP around the schema: the endpoint and its limits, documents, metrics, health, the explorer page."""
