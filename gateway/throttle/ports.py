"""What has to be kept to know who asks too often: leaky buckets, and tries that cost more time each. Protocols only."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A leaky bucket: holds `size` points, and `leak` of them run out a second."""

    size: float
    leak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How soon the next try may follow: `free` of them at once, then each after 1, 2, 4, ... up to `longest` seconds.

    Tries are forgotten `remembered` after the last one, which must be longer than `longest`.
    """

    free: int
    longest: float
    remembered: float

    def delay_after(self, tries: int) -> float:
        """The seconds after that many tries."""
        beyond = tries - self.free + 1
        # Bounded before it is a power: the count of tries has no end.
        return min(2.0 ** min(beyond - 1, 30), self.longest) if beyond > 0 else 0.0


class Counters(Protocol):
    """Where counts are kept. Every method is one indivisible step. A real one may raise Unavailable."""

    async def pour(self, key: str, points: float, bucket: Bucket) -> float:
        """Puts points into the bucket of that key, if they find room; else the seconds until they will, above 0.

        More points than the bucket holds are taken for as many as it holds.
        """
        ...

    async def draw(self, key: str, points: float, bucket: Bucket) -> None:
        """Takes points out again that were poured in vain."""
        ...

    async def count_try(self, key: str, pace: Pace) -> float:
        """Counts a try before it is made; else the seconds until one may be made, above 0, and counts nothing."""
        ...

    async def uncount_try(self, key: str) -> None:
        """Takes the last try back, which was not one; the next may follow at once."""
        ...

    async def forget(self, key: str) -> None:
        """As if nothing had ever been counted under that key."""
        ...

    async def remember(self, key: str, seconds: float) -> None:
        """Keeps the key for so long."""
        ...

    async def remembers(self, key: str) -> bool:
        """Whether the key is kept."""
        ...
