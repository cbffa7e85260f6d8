"""What notifications refuse beyond the shared tree: nothing so far. That a message is not sent is no refusal."""
