"""Grafana's dashboards as code: what they show is said here, and written as JSON for Grafana to read."""
