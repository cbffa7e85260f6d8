"""The ways to people: what each must do, and those that there are."""
