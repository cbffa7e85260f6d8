"""What is counted over many requests: points spent, passwords tried. Knows neither HTTP nor GraphQL."""
