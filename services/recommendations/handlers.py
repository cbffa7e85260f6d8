"""What recommendations learn from events: what was bought, and what the catalogue has. Knows no transport."""

from collections.abc import Sequence
from typing import Annotated, Final, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, NonNegativeInt, ValidationError

from services.recommendations.counting.models import OrderNews
from services.recommendations.counting.ports import CountStore, Shelf
from services.recommendations.models import ShelfProduct
from services.shared.errors import Invalid
from services.shared.events import Event
from services.shared.receipts import Delivery, Outcome
from services.shared.refreshing import Refreshing
from services.shared.standing_orders import StandingLine, StandingOrder

CONFIRMED: Final = "order.confirmed.v1"
CANCELLED: Final = "order.cancelled.v1"

Data = TypeVar("Data", bound=BaseModel)


class _Line(BaseModel):
    sku: str
    quantity: NonNegativeInt


class _Order(BaseModel):
    """What is read of an order's event; the rest is not our concern."""

    customerId: str  # noqa: N815 (the contract's name)
    placedAt: AwareDatetime  # noqa: N815 (the contract's name)
    lines: list[_Line]


class _Product(BaseModel):
    """What is read of a product's event."""

    sku: str
    name: str
    categories: list[Annotated[str, Field(min_length=1)]]
    active: bool


class Purchases:
    """Counts what was bought, takes back what was called off, and has the lists of whom it concerns made anew. Offers
    Handler.

    Keeps no receipts: an order's own mark says what was done about it, for good, and with whichever event.
    """

    def __init__(self, counts: CountStore, refreshing: Refreshing) -> None:
        self._counts = counts
        self._refreshing = refreshing

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """All of them, or none. Events of orders that are on their way to one of the two ends have no effect.

        Raises:
            Invalid: an event's data tells of no order; nothing was counted.
            Unavailable: the same events can be handled again.
        """
        news = [_news(delivery.event) for delivery in deliveries]
        told = [each for each in news if each]
        outcomes = iter(await self._counts.count(told) if told else ())
        # Also of what was counted before: whoever counted it may not have come to tell of it.
        await self._refreshing.purchased(sorted({each.order.customer_id for each in told}))
        return [next(outcomes) if each else Outcome.APPLIED for each in news]

    async def preview(self, delivery: Delivery) -> Outcome:
        """What `handle` would come to. Raises as it does."""
        news = _news(delivery.event)
        return await self._counts.preview(news) if news else Outcome.APPLIED


class ShelfNotes:
    """Knows the catalogue's products by what it tells of them. Offers Handler; keeps no receipts, as products have
    versions.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """All of them, or none. Raises Invalid, Unavailable as `Purchases.handle` does."""
        return await self._shelf.note([_product(delivery.event) for delivery in deliveries])

    async def preview(self, delivery: Delivery) -> Outcome:
        """What `handle` would come to. Raises as it does."""
        return await self._shelf.preview(_product(delivery.event))


def _news(event: Event) -> OrderNews | None:
    if event.type not in {CONFIRMED, CANCELLED}:
        return None
    data = _read(_Order, event)
    order = StandingOrder(
        order_id=event.subject,
        customer_id=data.customerId,
        placed_at=data.placedAt,
        lines=tuple(StandingLine(sku=line.sku, quantity=line.quantity) for line in data.lines),
    )
    return OrderNews(order=order, stands=event.type == CONFIRMED)


def _product(event: Event) -> ShelfProduct:
    data = _read(_Product, event)
    return ShelfProduct(
        sku=data.sku,
        name=data.name,
        categories=tuple(data.categories),
        active=data.active,
        version=event.sequence,
    )


def _read(kind: type[Data], event: Event) -> Data:
    try:
        return kind.model_validate(event.data)
    except ValidationError as failure:
        raise Invalid(f"not the data of {event.type}", ("data",)) from failure
