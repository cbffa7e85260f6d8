"""The `caravan` command. Starts, shows and checks a whole system; holds no business rule."""
