"""Where counts are kept, and what is known of products. Protocols only."""

from collections.abc import Sequence
from typing import Protocol

from services.recommendations.counting.models import OrderNews
from services.recommendations.models import ShelfProduct
from services.shared.receipts import Outcome
from services.shared.standing_orders import StandingOrder


class CountStore(Protocol):
    """Counts of orders. While a rebuild goes on there are two generations of them: one serves, one is being built.

    All of it raises Unavailable, after which the same can be asked for again.
    """

    async def count(self, news: Sequence[OrderNews]) -> Sequence[Outcome]:
        """Counts, or takes back, all of them together, in every generation; the outcomes are those of what serves.

        DUPLICATE: that was known of the order. SUPERSEDED: it was called off before it was told to stand.
        """
        ...

    async def preview(self, news: OrderNews) -> Outcome:
        """The outcome that `count` would have now; changes nothing."""
        ...

    async def begin_rebuild(self, rebuild_id: str) -> None:
        """From its end on events are counted in a second generation as well, which is empty at first. Without effect
        where this rebuild has begun, or is finished; what another one has left unfinished is thrown away.
        """
        ...

    async def count_standing(self, rebuild_id: str, orders: Sequence[StandingOrder]) -> int:
        """Counts in the second generation the orders that it does not know; how many these are.

        Raises Conflict where this rebuild does not go on.
        """
        ...

    async def finish_rebuild(self, rebuild_id: str) -> None:
        """The second generation serves; without effect where it does. Raises Conflict as above."""
        ...


class Shelf(Protocol):
    """What the catalogue told of its products. All of it raises Unavailable."""

    async def note(self, products: Sequence[ShelfProduct]) -> Sequence[Outcome]:
        """Keeps what is newer than what is known. DUPLICATE: that version is known; SUPERSEDED: a later one is."""
        ...

    async def preview(self, product: ShelfProduct) -> Outcome:
        """The outcome that `note` would have now; changes nothing."""
        ...
