"""What keeps answers until something in them is dropped. Protocols only.

The one rule: a computation begins with a lease; what was dropped after the lease is never shown by what is stored
under it. So whoever asks after a drop was acknowledged sees what was true at that drop, or later.
"""

from collections.abc import Collection
from typing import Protocol

from services.infra.response_cache.models import Busy, Entry, Lease, Page, Verdict


class Invalidation(Protocol):
    """What those need who change things."""

    async def drop(self, tags: Collection[str]) -> None:
        """Once this returns, nobody is given an answer with one of these tags whose computation began before.

        May be repeated. Raises Unavailable: nobody knows whether it took effect; ask again.
        """
        ...

    async def clear(self) -> None:
        """As `drop`, of everything."""
        ...


class ResponseStore(Invalidation, Protocol):
    """Where answers are kept. Every method is one indivisible step. Raises Unavailable. Times are the store's own."""

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        """The kept answer, or the right to compute it, or that somebody else does.

        An entry may be past its `fresh` age, but is then within `while_refreshed`. Its body is left out when `held` is
        its version. Who is given a lease ends it by `store` or `release`; it ends by itself after a while.
        """
        ...

    async def lease(self, key: str, instead_of: str) -> Lease | None:
        """The right to compute an answer anew while the kept version is given; None when somebody else does, or has."""
        ...

    async def store(self, lease: Lease, page: Page) -> Verdict:
        """Keeps the answer, unless one of its tags was dropped since the lease; ends the lease."""
        ...

    async def release(self, lease: Lease) -> None:
        """Ends a lease without an answer, so that somebody else may compute at once."""
        ...
