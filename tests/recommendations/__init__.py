"""The weekly campaign: what is trending among what is for sale, told to customers."""
