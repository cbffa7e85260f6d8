"""What HTTP brings and takes: bodies, media types, deadlines, headers. Knows nothing of GraphQL documents."""
