"""What a list of products should be, said as naively as can be: no index, no cursor, words written out by hand."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from services.catalog.models import Product, ProductQuery, ProductSort

NAMES = {
    "Lamp": {"lamp"},
    "lamp shade": {"lamp", "shade"},
    "LÁMPARA": {"lampara"},
    "Äpfel & Öl": {"apfel", "ol"},
    "Straße 17": {"strasse", "17"},
    "Lighthouse-keeper's coat": {"lighthouse", "keeper", "s", "coat"},
}
"""Names, and the words that they are found by."""

SEARCHES = {
    None: set(),
    "": set(),
    "?!": set(),
    "l": {"l"},
    "LAMP": {"lamp"},
    "lampa": {"lampa"},
    "lighthouse c": {"lighthouse", "c"},
    "lamparas": {"lamparas"},
    "läm sha": {"lam", "sha"},
    "apf": {"apf"},
    "strass 1": {"strass", "1"},
    "lighthous": {"lighthous"},
    "s-17": {"s", "17"},
    "coat lamp": {"coat", "lamp"},
}
"""What is typed, and the beginnings that are searched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product, the words of its name, and whether it is in stock."""

    product: Product
    in_stock: bool = False

    @property
    def words(self) -> set[str]:
        """Those of `makers.a_product` too: its SKU and description."""
        return NAMES[self.product.name] | {"sku", self.product.id, "bright", "warm"}


def listed(items: Iterable[Item], query: ProductQuery) -> list[str]:
    """The ids of all that match, in their order."""
    matching = [item.product for item in items if _matches(item, query)]
    return [product.id for product in sorted(matching, key=_key(query.sort), reverse=query.sort in _DESCENDING)]


_DESCENDING = {ProductSort.NEWEST, ProductSort.PRICE_DESC}


def _key(sort: ProductSort) -> Callable[[Product], tuple[Any, ...]]:
    if sort is ProductSort.NEWEST:
        return lambda product: (product.created_at, product.id)
    if sort is ProductSort.NAME:
        return lambda product: (product.name.casefold(), product.id)
    return lambda product: (product.price.currency, product.price.minor, product.id)


def _matches(item: Item, query: ProductQuery) -> bool:
    if not item.product.active and not query.include_inactive:
        return False
    if query.category is not None and query.category not in item.product.categories:
        return False
    if query.in_stock is not None and query.in_stock is not item.in_stock:
        return False
    return all(any(word.startswith(wanted) for word in item.words) for wanted in SEARCHES[query.search])
