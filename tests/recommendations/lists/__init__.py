"""Lists of users: how they are made, kept, told of and shown."""
