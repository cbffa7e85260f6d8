"""What the weekly campaign says: what is trending among what is for sale now. Sends nothing."""
