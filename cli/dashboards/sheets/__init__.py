"""One module a dashboard, each with its `SHEET`."""
