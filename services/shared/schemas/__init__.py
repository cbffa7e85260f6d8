"""What the data of events looks like: types, versions and the values that they share. Pure."""
