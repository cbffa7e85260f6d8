"""How the C library keeps memory for a process; the same for all of our processes. Touches none of Python's objects.

By itself glibc keeps what a password's hash took (19 MiB) and gives each thread an arena that it never returns.
"""

import ctypes
import sys
from typing import Final

MOST_ARENAS: Final = 2
RETURNED_FROM: Final = 4 * 1024 * 1024
"""Bytes; a block of that size and more goes back to the system as soon as it is free."""

ARENA_MAX: Final = -8
MMAP_THRESHOLD: Final = -3
"""The numbers of `mallopt`, as malloc.h has them."""


def keep_little_memory() -> None:
    """To be called before there are threads. Without effect where the C library is not glibc."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, MOST_ARENAS)
        mallopt(MMAP_THRESHOLD, RETURNED_FROM)
