"""How long somebody still waits for the answer: begun with a request, known to all that is called for it.

Between processes travels the time that is left, never a moment: two machines' clocks differ.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Final

TIMEOUT_HEADER: Final = "X-Caravan-Timeout"
"""Milliseconds that the caller still waits."""

MILLISECONDS: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
SECOND: Final = 1000

_DEADLINE: ContextVar[float] = ContextVar("deadline")


@contextmanager
def waited_for(seconds: float) -> Iterator[None]:
    """Whatever is called inside has these seconds together, or fewer where a deadline is known already."""
    token = _DEADLINE.set(monotonic() + at_most(seconds))
    try:
        yield
    finally:
        _DEADLINE.reset(token)


@contextmanager
def still_waited_for(seconds: float) -> Iterator[None]:
    """Whatever is called inside has at least these seconds, behind the deadline too: to tell of what ended late."""
    token = _DEADLINE.set(max(_DEADLINE.get(0.0), monotonic() + seconds))
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def at_most(seconds: float) -> float:
    """The seconds that are left of these; not more than 0 once nobody waits any more."""
    deadline = _DEADLINE.get(None)
    return seconds if deadline is None else min(seconds, deadline - monotonic())


def told(seconds: float) -> dict[str, str]:
    """The header that says so."""
    return {TIMEOUT_HEADER: str(int(seconds * SECOND))}


def heard(headers: Mapping[str, str], longest: float) -> float:
    """The seconds that the caller still waits; `longest` for one that does not say, or says no number."""
    text = headers.get(TIMEOUT_HEADER, "")
    return min(longest, int(text) / SECOND) if MILLISECONDS.fullmatch(text) else longest
