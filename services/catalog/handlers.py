"""What the catalogue learns from events of inventory: which products are in stock. Knows no transport."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import BaseModel, NonNegativeInt, ValidationError

from services.catalog.models import StockNote
from services.catalog.ports import ProductStore
from services.shared.errors import Invalid
from services.shared.receipts import Delivery, Outcome


class StockLevel(BaseModel):
    """What the catalogue reads of such an event's data; the rest is not its concern."""

    sku: str
    available: NonNegativeInt


class StockNotes:
    """Keeps the catalogue's note of what is in stock. Offers Handler; every event of inventory tells of stock."""

    def __init__(self, store: ProductStore, moved: Callable[[datetime], None]) -> None:
        """`moved` is told when the lists of what is in stock are others than before, or may be: once they are written,
        at least once, with the moment of the oldest event behind it.
        """
        self._store = store
        self._moved = moved

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Notes the stock that the events tell of, all together.

        Raises:
            Invalid: an event's data tells of no stock; nothing is noted.
            Unavailable: it is not known whether they were noted; the same events can be handled again.
        """
        noted = await self._store.note_stock([_note(delivery) for delivery in deliveries])
        # Whoever handled a duplicate before may not have come to tell of it.
        if noted.moved or Outcome.DUPLICATE in noted.outcomes:
            self._moved(min(delivery.event.time for delivery in deliveries))
        return noted.outcomes

    async def preview(self, delivery: Delivery) -> Outcome:
        """What `handle` would come to. Raises as it does."""
        return await self._store.preview_note(_note(delivery))


def _note(delivery: Delivery) -> StockNote:
    event = delivery.event
    try:
        level = StockLevel.model_validate(event.data)
    except ValidationError as failure:
        raise Invalid(f"not the data of {event.type}", ("data",)) from failure
    return StockNote(sku=level.sku, available=level.available, version=event.sequence, receipt=delivery.receipt)
