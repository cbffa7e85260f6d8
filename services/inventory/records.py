"""What inventory's store reads and writes in one go: the books before a change, and the change. Values only.

Not part of the face: nothing here leaves inventory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.inventory.models import Adjustment, Reservation, ReservationState, StockItem
from services.shared.errors import Problem
from services.shared.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationRecord:
    """A reservation as it is kept; `problems` are those of a REFUSED one, so that the refusal can be repeated."""

    reservation: Reservation
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a change may read and write: these, and the stock of every line of these orders' reservations."""

    order_ids: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    adjustment_ids: frozenset[str] = frozenset()

    @classmethod
    def union(cls, scopes: Iterable["Scope"]) -> "Scope":
        """Everything that any of the scopes holds."""
        listed = tuple(scopes)
        return cls(
            order_ids=frozenset().union(*(scope.order_ids for scope in listed)),
            skus=frozenset().union(*(scope.skus for scope in listed)),
            adjustment_ids=frozenset().union(*(scope.adjustment_ids for scope in listed)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What there is of a scope, at one moment; what does not exist is missing."""

    stock: Mapping[str, StockItem]
    reservations: Mapping[str, ReservationRecord]
    adjustments: Mapping[str, Adjustment]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """A stock item after the change, and its version before (0: it is new)."""

    item: StockItem
    was: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationChange:
    """A reservation after the change, and its state before (None: it is new). Lines and deadline never change."""

    record: ReservationRecord
    was: ReservationState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All that is written at once, or not at all. Sorted by id, so that writers meet in the same order."""

    at: datetime
    stock: tuple[StockChange, ...] = ()
    reservations: tuple[ReservationChange, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAudit:
    """Both sides of the account of one SKU, counted from the records.

    Attributes:
        delivered: the sum of its ledger.
        held: the sum of HELD reservations.
        committed: the sum of COMMITTED reservations, that is sold.
    """

    sku: str
    delivered: int
    on_hand: int
    reserved: int
    available: int
    held: int
    committed: int

    @property
    def sound(self) -> bool:
        """Whether nothing was lost and nothing came from nowhere."""
        return (
            self.on_hand == self.available + self.reserved
            and self.reserved == self.held
            and self.delivered == self.on_hand + self.committed
            and min(self.on_hand, self.reserved, self.available) >= 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFaults:
    """How many SKUs are not as they must be at one moment.

    Attributes:
        oversold: more is promised than there is.
        drifted: the numbers do not add up, or what is reserved is not what orders hold.
    """

    oversold: int = 0
    drifted: int = 0

    @classmethod
    def among(cls, items: Iterable[StockItem], held: Mapping[str, int]) -> "StockFaults":
        """Counts them; `held` is what HELD reservations have of each SKU."""
        listed = {item.sku: item for item in items}
        strangers = sum(sku not in listed for sku in held)
        return cls(
            oversold=strangers
            + sum(item.available < 0 or held.get(sku, 0) > item.on_hand for sku, item in listed.items()),
            drifted=strangers
            + sum(
                item.on_hand != item.available + item.reserved or item.reserved != held.get(sku, 0)
                for sku, item in listed.items()
            ),
        )
