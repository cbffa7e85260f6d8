"""Internal calls over a network that fails."""
