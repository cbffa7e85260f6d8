"""Containers and manifests, checked without an engine: against published schemas, the settings, the code."""
