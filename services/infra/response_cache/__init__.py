"""Answers kept in Redis until something in them changes. Knows neither GraphQL nor what the answers mean."""
