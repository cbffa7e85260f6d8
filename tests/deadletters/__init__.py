"""Dead letters: read, kept, listed, discarded, and how replays are told."""
