"""Orders: their rules, their two stores and their HTTP."""
