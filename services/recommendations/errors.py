"""Recommendations refuse nothing that others do not refuse as well: see the shared tree."""
