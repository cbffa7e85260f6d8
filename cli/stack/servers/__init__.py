"""One module a server: where it is found, how it is started, and what proves that it works."""
