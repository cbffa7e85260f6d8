"""What a process tells of itself in numbers: the page, pools, the internal API. Components keep their own metrics."""
