"""What consumers gave up on: kept, shown to OPS, replayed or discarded. Decides nothing about an event's effect."""
