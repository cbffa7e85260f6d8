"""What all commands for the people who run the shop have in common: signing in, asking, and showing."""
