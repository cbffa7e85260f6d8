"""What orders change in the counts. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.recommendations.models import Sold
from services.shared.receipts import Outcome
from services.shared.standing_orders import StandingOrder


class Mark(StrEnum):
    """What is known of an order: its purchases are COUNTED, or it was called off and is VOID for good."""

    COUNTED = "counted"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNews:
    """That an order stands, or that it was called off, whether it ever stood or not."""

    order: StandingOrder
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is added to the counts; less than zero where it is taken back. Nothing in it is zero. What a user has bought
    is no count: his orders tell.

    Attributes:
        sales: by SKU and week.
        pairs: orders with both, by two SKUs of which the first is the lesser.
    """

    sales: Mapping[tuple[str, int], Sold]
    pairs: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What some news come to.

    Attributes:
        counted: orders that were not known and stand.
        void: orders that were not known and do not stand, by their ids.
        taken_back: orders that were counted and do not stand any more, by their ids.
        outcomes: one for each of the news, in their order.
    """

    counted: tuple[StandingOrder, ...]
    void: tuple[str, ...]
    taken_back: tuple[str, ...]
    changes: Changes
    outcomes: tuple[Outcome, ...]
