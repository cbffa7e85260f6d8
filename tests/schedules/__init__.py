"""Schedules as the gateway and the command line have them; making and keeping them is in `tests/workers`."""
