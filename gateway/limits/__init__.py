"""What stands between a small request and a large amount of work: sizes, costs, budgets. Executes nothing."""
