"""The schedules of Temporal that there are: which, how they are made, and that they stay as they are wanted."""
