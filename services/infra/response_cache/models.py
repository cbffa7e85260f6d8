"""Kept answers, and the leases under which they are made. Values only: who keeps them is behind `ports`."""

from dataclasses import dataclass
from enum import StrEnum

MOST_TAGS = 2_000
"""Of one answer; one that shows more is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long an answer may be given, in seconds from the beginning of its computation. Dropped tags end it at once.

    Attributes:
        fresh: it is given as it is.
        while_refreshed: for so long after that it is still given, while a newer one is made.
        if_failing: for so long after `fresh` it is given when no newer one can be made.
    """

    fresh: float
    while_refreshed: float = 0.0
    if_failing: float = 0.0

    @property
    def kept(self) -> float:
        """The seconds after which nobody may be given it."""
        return self.fresh + max(self.while_refreshed, self.if_failing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer to be kept.

    Attributes:
        body: as it goes to the client.
        tags: what it shows (`tags`).
        freshness: how long it may be given.
        cost: the seconds that it took to make.
    """

    body: bytes
    tags: frozenset[str]
    freshness: Freshness
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A kept answer whose tags were not dropped since its computation began.

    Attributes:
        version: another for each computation.
        body: None when the asker said that it holds this version.
        age: seconds since its computation began.
        fresh: the seconds for which it is fresh.
        cost: the seconds that it took to make.
    """

    version: str
    body: bytes | None
    age: float
    fresh: float
    cost: float

    @property
    def fresh_for(self) -> float:
        """The seconds left; negative for one that is past its age."""
        return self.fresh - self.age


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to compute an answer, and the moment before which everything that it reads was already true.

    Attributes:
        key: of the answer.
        token: nobody else's; the version of what is stored under it.
        incarnation: of the epochs. Empty when none could be kept: nothing will be stored.
        clock: the drops that had happened, counted.
        began: the store's time, in milliseconds.
        fallback: a kept answer past its age that may be given if none can be made.
    """

    key: str
    token: str
    incarnation: str
    clock: int
    began: int
    fallback: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Somebody else computes it, and has `seconds` left before his right ends. `fallback` as in Lease."""

    seconds: float
    fallback: Entry | None = None


class Verdict(StrEnum):
    """What became of an answer that was to be stored."""

    STORED = "stored"
    NOT_KEPT = "not kept"
    """Nothing in it was dropped since its computation began, but it is too large, or there is no room."""
    OUTDATED = "outdated"
    """Something in it was dropped meanwhile, or nobody can say whether: only who asked before may see it."""

    @property
    def is_current(self) -> bool:
        """Whether it was true at the moment of this verdict, so that all who asked before may be given it."""
        return self is not Verdict.OUTDATED
