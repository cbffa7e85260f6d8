"""The vocabulary every context speaks. Pure: no I/O, no driver, no settings."""
