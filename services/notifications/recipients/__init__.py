"""The people whom notifications go to: how they are reached, what they declined, when they bought."""
