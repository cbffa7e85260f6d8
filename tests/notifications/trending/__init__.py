"""What is trending: counted from events, weighed by age."""
