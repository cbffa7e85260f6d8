"""Where counts are kept, and what is known of products. Protocols only."""

from collections.abc import Sequence
from typing import Protocol

from services.recommendations.counting.models import OrderNews
from services.recommendations.models import ShelfProduct
from services.recommendations.refreshing.models import StandingOrder
from services.shared.receipts import Outcome


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

    async def begin_rebuild(self) -> int:
        """An empty second generation, by its number: from the end of this on events are counted in both. What another
        rebuild has left unfinished is thrown away, and what served before the last one.
        """
        ...

    async def count_standing(self, generation: int, orders: Sequence[StandingOrder]) -> int:
        """Counts in that generation the orders that it does not know; how many these are.

        Raises NotFound where it is not being built.
        """
        ...

    async def finish_rebuild(self, generation: int) -> None:
        """That generation serves; without effect when it does already. Raises NotFound where it is not being built."""
        ...


class Shelf(Protocol):
    """What the catalogue told of its products. All of it raises Unavailable."""

    async def note(self, products: Sequence[ShelfProduct]) -> Sequence[Outcome]:
        """Keeps what is newer than what is known. DUPLICATE: that version is known; SUPERSEDED: a later one is."""
        ...

    async def preview(self, product: ShelfProduct) -> Outcome:
        """The outcome that `note` would have now; changes nothing."""
        ...
