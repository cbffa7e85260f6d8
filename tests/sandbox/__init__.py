"""The payment sandbox, as the process that it is."""
