"""The lists that a product is in, so that one index an order serves every filter, and one every search. Pure.

A product is in a list for each mix of the filters archived, stock and category, and is found by each held prefix of its
words. A search reads the products of one prefix; what else is wanted is checked of each (see `documents`).
"""

from services.catalog.listing import SEPARATOR
from services.catalog.models import Product, ProductQuery
from services.catalog.words import MOST_WORDS, distinct_words, held_prefixes

ANY_STOCK, IN_STOCK, OUT_OF_STOCK = "any", "in", "out"


def shelves_of(product: Product, *, in_stock: bool) -> list[str]:
    """The lists of all filters that the product passes."""
    lists = ("all", "sale") if product.active else ("all",)
    stocks = (ANY_STOCK, IN_STOCK if in_stock else OUT_OF_STOCK)
    return [
        _mix(name, stock, category) for name in lists for stock in stocks for category in (None, *product.categories)
    ]


def prefixes_of(product: Product) -> list[str]:
    """All prefixes that searches read the product by."""
    return sorted({prefix for word in product_words(product) for prefix in held_prefixes(word)})


def product_words(product: Product) -> tuple[str, ...]:
    """What the product can be found by."""
    return distinct_words((product.sku, product.name, product.description))[:MOST_WORDS]


def mix_shelf(query: ProductQuery) -> str:
    """The list of the query's filters, its search aside."""
    stock = ANY_STOCK if query.in_stock is None else IN_STOCK if query.in_stock else OUT_OF_STOCK
    return _mix("all" if query.include_inactive else "sale", stock, query.category)


def read_prefix(word: str) -> str:
    """The held prefix that the fewest products have, of those that every product has with a word that begins so."""
    return held_prefixes(word)[0]


def words_to_check(words: tuple[str, ...], read: str) -> tuple[str, ...]:
    """Which of the words having the prefix of the word `read` does not settle."""
    prefix = read_prefix(read)
    return tuple(word for word in words if word != prefix)


def _mix(name: str, stock: str, category: str | None) -> str:
    return SEPARATOR.join((name, stock) if category is None else (name, stock, category))
