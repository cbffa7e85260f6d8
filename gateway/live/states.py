"""What can be watched, and how it stands: a state has versions that tell a newer one from an older. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from services.inventory.models import StockItem
from services.orders.models import Order
from services.payments.models import Payment

Versions = tuple[int, ...]
"""One number for each thing that a state is read from; each only grows."""


class Watched(StrEnum):
    """The kinds of things that can be watched."""

    ORDERS = "orders"
    STOCK = "stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """An order and its payment.

    Attributes:
        payment: None where there is none, or where it is not known (see `payment_known`).
    """

    order: Order
    payment: Payment | None
    payment_known: bool
    kind: ClassVar[Watched] = Watched.ORDERS

    @property
    def id(self) -> str:
        """The order's."""
        return self.order.id

    @property
    def versions(self) -> Versions:
        """The order's, and the payment's; 0 without one."""
        return (self.order.version, self.payment.version if self.payment else 0)

    @property
    def changed_at(self) -> datetime:
        """When the latest change happened that is in this state."""
        last = self.order.history[-1].at
        return max(last, self.payment.updated_at) if self.payment else last


@dataclass(frozen=True, slots=True, kw_only=True)
class StockState:
    """An item of stock."""

    item: StockItem
    kind: ClassVar[Watched] = Watched.STOCK

    @property
    def id(self) -> str:
        """Its SKU."""
        return self.item.sku

    @property
    def versions(self) -> Versions:
        """The item's."""
        return (self.item.version,)

    @property
    def changed_at(self) -> datetime:
        """When it last changed."""
        return self.item.updated_at


State = OrderState | StockState


def is_newer(versions: Versions, known: Versions) -> bool:
    """Whether anything in it is newer. A part that could not be read this time (0) is not."""
    return any(now > before for now, before in zip(versions, known, strict=True))


def latest(versions: Versions, known: Versions) -> Versions:
    """The newest of each part."""
    return tuple(max(now, before) for now, before in zip(versions, known, strict=True))
