"""What the catalogue speaks: products, requested lines and priced lines. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.shared.money import Money
from services.shared.pages import Page
from services.shared.receipts import Outcome, Receipt


class ProductSort(StrEnum):
    """The orders in which products can be listed."""

    NEWEST = "NEWEST"
    NAME = "NAME"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Something for sale. An archived one (`active` false) stays readable and is sold no more."""

    id: str
    sku: str
    name: str
    description: str
    categories: tuple[str, ...]
    price: Money
    active: bool
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProduct:
    """The wish for a new product. `product_id` makes it repeatable: the same id answers with the same product."""

    product_id: str
    sku: str
    name: str
    description: str
    categories: tuple[str, ...]
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProduct:
    """The wish to change a product; what is None stays as it is. Repeating it has no effect."""

    product_id: str
    name: str | None = None
    description: str | None = None
    categories: tuple[str, ...] | None = None
    price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductQuery:
    """One page of products.

    Attributes:
        first: 1 to 100.
        after: an edge's cursor of the same sort.
        category: an exact category, or None for all.
        search: words, each of which begins a word of the product's name, description or SKU; None or no word: all.
        in_stock: True for what can be bought now, False for what cannot, None for all.
        include_inactive: archived ones too.
    """

    first: int = 20
    after: str | None = None
    sort: ProductSort = ProductSort.NEWEST
    category: str | None = None
    search: str | None = None
    in_stock: bool | None = None
    include_inactive: bool = False


ProductPage = Page[Product]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedLine:
    """What a shopper asks for: a SKU and 1 to 1000 of it."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockNote:
    """What the catalogue has heard of a SKU's stock.

    Attributes:
        available: how much of it can be bought.
        version: of the stock that this was true of.
        receipt: of the event that told it.
    """

    sku: str
    available: int
    version: int
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedStock:
    """What became of notes.

    Attributes:
        outcomes: one for each note, in their order.
        moved: some product came into the lists of what is in stock, or went out of them.
    """

    outcomes: tuple[Outcome, ...]
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLines:
    """The wish to know today's names and prices of these lines; refused by line index."""

    lines: tuple[RequestedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line with the name and price of the moment, frozen from then on."""

    sku: str
    name: str
    quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLines:
    """All lines of an order, priced in one currency."""

    lines: tuple[PricedLine, ...]
    total: Money
