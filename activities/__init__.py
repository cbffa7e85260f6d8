"""How one step is done: unwrap, call the service, map errors. No rules of their own."""
