"""What the catalogue learns from events of inventory: which products are in stock. Knows no transport."""

from pydantic import BaseModel, NonNegativeInt, ValidationError

from services.catalog.ports import ProductStore
from services.shared.errors import Invalid
from services.shared.events import Event

STOCK_EVENTS = frozenset({"stock.reserved.v1", "stock.released.v1", "stock.committed.v1", "stock.adjusted.v1"})


class StockLevel(BaseModel):
    """What the catalogue reads of such an event's data; the rest is not its concern."""

    sku: str
    available: NonNegativeInt


class StockNotes:
    """Keeps the catalogue's note of what is in stock. Repeated and late events have no effect."""

    def __init__(self, store: ProductStore) -> None:
        self._store = store

    async def handle(self, event: Event) -> None:
        """Notes the stock that the event tells of; other types are passed over.

        Raises:
            Invalid: the event's data is not what its type promises.
            Unavailable: it is not known whether it was noted; the same event can be handled again.
        """
        if event.type not in STOCK_EVENTS:
            return
        try:
            level = StockLevel.model_validate(event.data)
        except ValidationError as failure:
            raise Invalid(f"not the data of {event.type}", ("data",)) from failure
        await self._store.note_stock(level.sku, level.available, event.sequence)
