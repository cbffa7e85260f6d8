"""How the C library keeps memory for a process; the same for all of our processes. Touches none of Python's objects.

By itself glibc gives each thread an arena that it never returns, and keeps any large block that was freed once.
"""

import ctypes
import sys
from typing import Final

MOST_ARENAS: Final = 2
RETURNED_FROM: Final = 8 * 1024 * 1024
"""Bytes; a block of that size and more goes back to the system as soon as it is free, and so does what is free at the
end of an arena. What a password's hash takes is smaller and stays: to have it anew each time costs a fifth of the hash.
"""

ARENA_MAX: Final = -8
MMAP_THRESHOLD: Final = -3
TRIM_THRESHOLD: Final = -1
"""The numbers of `mallopt`, as malloc.h has them."""


def keep_little_memory() -> None:
    """To be called before there are threads. Without effect where the C library is not glibc."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, MOST_ARENAS)
        mallopt(MMAP_THRESHOLD, RETURNED_FROM)
        mallopt(TRIM_THRESHOLD, RETURNED_FROM)
