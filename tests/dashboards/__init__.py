"""Dashboards, rules and runbooks: that they fit each other, and what processes tell."""
