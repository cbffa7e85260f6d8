"""What gives whole answers again, and what it is told of one that was just made. Protocols and values only."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.infra.response_cache.models import Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """An answer that was just made.

    Attributes:
        body: as it is kept and given again.
        tags: what it shows (`services.infra.response_cache.tags`).
        freshness: how long it may be given again; None: never (it holds errors, gaps, or what only this caller sees).
        failed: something was away; an older answer is better, where there is one.
    """

    body: bytes
    tags: frozenset[str] = frozenset()
    freshness: Freshness | None = None
    failed: bool = False


Compute = Callable[[], Awaitable[Computed]]
"""Makes the answer. Holds all that it needs: it may be called after its request was answered, and more than once."""


class Source(StrEnum):
    """Where an answer comes from."""

    HIT = "hit"
    STALE = "stale"
    """Kept, past its age; nothing in it was dropped."""
    MISS = "miss"
    COLLAPSED = "collapsed"
    """Made for somebody else who asked the same meanwhile."""
    BYPASS = "bypass"
    """Made without a look at what is kept: that is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A body, and what is to be said of it.

    Attributes:
        age: seconds since its computation began; 0 for one made now.
        fresh_for: the seconds for which it may still be given; negative for a stale one, 0 for one not to be kept.
        stored: whether it was kept just now.
    """

    body: bytes
    source: Source
    age: float = 0.0
    fresh_for: float = 0.0
    stored: bool = False


class ResponseCache(Protocol):
    """Keeps answers for all gateways. It is never the reason why there is none, and costs at most 50 ms when away."""

    async def answer(self, key: str, compute: Compute) -> Answer:
        """The kept answer, or a new one. Raises what `compute` raises when it was called for this very request.

        The caller has been authorised before, and the key says for whom the answer is.
        """
        ...

    async def drop(self, tags: Collection[str]) -> None:
        """Whoever asks this gateway from now on sees what is true now of these. Never fails.

        While the store is away no kept answer is given here, and it is told first when it is back.
        """
        ...

    async def close(self) -> None:
        """Ends what goes on in the background."""
        ...
