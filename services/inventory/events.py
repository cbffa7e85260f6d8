"""The events that inventory tells: how an item of stock stands after each change. Builds them, sends nothing."""

from enum import StrEnum

from services.inventory.models import StockItem
from services.shared.events import Event, Origin


class StockEvent(StrEnum):
    """The types. A returned sale is told as released: the goods can be sold again."""

    RESERVED = "stock.reserved.v1"
    RELEASED = "stock.released.v1"
    COMMITTED = "stock.committed.v1"
    ADJUSTED = "stock.adjusted.v1"


def stock_event(
    kind: StockEvent, item: StockItem, quantity: int, order_id: str | None, event_id: str, origin: Origin
) -> Event:
    """Tells that `quantity` of the item moved (signed only when ADJUSTED); `item` is the state after it."""
    of_order = {} if order_id is None else {"orderId": order_id}
    return Event(
        id=event_id,
        type=kind,
        subject=item.sku,
        sequence=item.version,
        time=item.updated_at,
        data={
            "sku": item.sku,
            "onHand": item.on_hand,
            "reserved": item.reserved,
            "available": item.available,
            "quantity": quantity,
            **of_order,
        },
        origin=origin,
    )
