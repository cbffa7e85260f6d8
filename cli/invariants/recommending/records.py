"""What recommendations have counted and stored, as plain values. Reads nothing and judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

COUNTED = "counted"
"""The mark of an order whose purchases are in the counts."""

Counts = Mapping[tuple[str, ...], int]
"""By what is counted, none of it zero: (`orders` or `units`, SKU), the same with a week behind it, (`purchases`, user,
week, SKU), (`pair`, SKU, SKU)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommending:
    """All of it.

    Attributes:
        marks: what is known of each order.
        offered: by user the products of the stored list.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)
    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
