"""What the root fields do: one module an area. A resolver checks, asks one port, and answers."""
