"""How often a process looks for garbage that counting references does not find; the same for all of our processes."""

import gc
from typing import Final

COLLECT_AFTER: Final = 20_000
"""New objects between two collections; Python's own 700 make it look at the young ones many times a request."""


def collect_garbage_less_often() -> None:
    """To be called once all is imported and built: what is there by then stays, and is looked at no more."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 10, 10)
