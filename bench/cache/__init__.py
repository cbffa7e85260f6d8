"""The response cache under load: what a kept answer costs, how many are kept ones, and how old they are."""
