"""The proof that Caravan does what it promises. Imported by nothing."""
