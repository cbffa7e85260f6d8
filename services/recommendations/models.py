"""What recommendations speak: orders as they are counted, the counts, and what follows from them. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    """Why something is recommended; the contract's names."""

    BUY_AGAIN = "BUY_AGAIN"
    BOUGHT_TOGETHER = "BOUGHT_TOGETHER"
    CATEGORY_AFFINITY = "CATEGORY_AFFINITY"
    TRENDING = "TRENDING"


# ---------------------------------------------------------------- what is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfProduct:
    """A product as the catalogue last told of it; `version` is the catalogue's."""

    sku: str
    name: str
    categories: tuple[str, ...]
    active: bool
    version: int = 0


# ---------------------------------------------------------------- what the rules read


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What was sold of a product in a time: the orders that it is in, and its units."""

    orders: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """A product's sales of all time, and those of each week (see `weeks`). A week without any is left out."""

    sku: str
    total: Sold = Sold()
    weeks: Mapping[int, Sold] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A product that was bought in the same orders as another, and how many of them there are."""

    sku: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A standing order of a user, as he may remember it."""

    order_id: str
    at: datetime
    skus: tuple[str, ...]


Purchases = Mapping[str, Mapping[int, int]]
"""A user's history: by SKU the orders that it is in, by week. Nothing in it is zero."""


Partners = Mapping[str, tuple[Partner, ...]]
"""By SKU what was bought with it, most often first; of equal ones by SKU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """All that is known of the shop at one moment.

    Attributes:
        now: the moment in weeks since 1970, see `weeks.weeks_until`.
        products: by SKU, archived ones too; what was sold need not be among them yet.
        sales: by SKU, of all that was ever sold.
    """

    now: float
    products: Mapping[str, ShelfProduct]
    sales: Mapping[str, Sales]


# ---------------------------------------------------------------- what is recommended


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The counts that a recommendation follows from, and what they count.

    Attributes:
        orders: BUY_AGAIN the user's orders with the product; BOUGHT_TOGETHER the shop's orders with both;
            CATEGORY_AFFINITY the user's different products of the category; TRENDING the shop's orders of the product
            in the last weeks.
        of: what `orders` is a part of: BOUGHT_TOGETHER the orders with `sku`; CATEGORY_AFFINITY all of the user's
            different products; else 0.
        sku: BOUGHT_TOGETHER the product that the user has bought, or looks at.
        category: CATEGORY_AFFINITY the category.
    """

    orders: int
    of: int = 0
    sku: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """What the rules recommend. Scores are comparable inside of one list only; the best is first."""

    sku: str
    score: float
    rule: Rule
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What is shown: a ranked product with its reason in words for a person."""

    sku: str
    score: float
    rule: Rule
    basis: Basis
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserList:
    """What is stored for a user, best first; `version` counts the changes that were told of, from 1."""

    user_id: str
    items: tuple[Ranked, ...]
    computed_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """A list in the place of the one that was stored; `was` None: there was none."""

    was: UserList | None
    now: UserList
