"""What the schema shows: one module an area, fields over the services' models. No access rule, no write."""
