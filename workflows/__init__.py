"""What happens, in which order, and how it is undone. Deterministic: no I/O, no clock, no driver."""
