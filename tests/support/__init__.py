"""What several test packages share: doubles behind our own ports, and servers to test against."""
