"""What is for sale, under which name and at which price. Knows nothing of stock."""
