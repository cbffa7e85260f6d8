"""The lists that a product is in, by name, so that one index an order serves every filter. Pure.

A product is in a list for each mix of the filters archived, stock and category, and in one for each held prefix of its
words. A search reads the list of one prefix; what else is wanted is checked product by product (see `documents`).
"""

from services.catalog.listing import SEPARATOR
from services.catalog.models import Product, ProductQuery
from services.catalog.words import MOST_WORDS, distinct_words, held_prefixes

ANY_STOCK, IN_STOCK, OUT_OF_STOCK = "any", "in", "out"


def shelves_of(product: Product, *, in_stock: bool) -> list[str]:
    """All lists that the product is in."""
    lists = ("all", "sale") if product.active else ("all",)
    stocks = (ANY_STOCK, IN_STOCK if in_stock else OUT_OF_STOCK)
    mixes = [
        _mix(name, stock, category) for name in lists for stock in stocks for category in (None, *product.categories)
    ]
    prefixes = {prefix for word in product_words(product) for prefix in held_prefixes(word)}
    return mixes + [_word_shelf(prefix) for prefix in sorted(prefixes)]


def product_words(product: Product) -> tuple[str, ...]:
    """What the product can be found by."""
    return distinct_words((product.sku, product.name, product.description))[:MOST_WORDS]


def mix_shelf(query: ProductQuery) -> str:
    """The list of the query's filters, its search aside."""
    stock = ANY_STOCK if query.in_stock is None else IN_STOCK if query.in_stock else OUT_OF_STOCK
    return _mix("all" if query.include_inactive else "sale", stock, query.category)


def word_shelf(word: str) -> str:
    """The smallest list that holds every product with a word that begins so."""
    return _word_shelf(held_prefixes(word)[0])


def words_to_check(words: tuple[str, ...], read: str) -> tuple[str, ...]:
    """Which of the words being in the list of the word `read` does not settle."""
    shelf = word_shelf(read)
    return tuple(word for word in words if _word_shelf(word) != shelf)


def _mix(name: str, stock: str, category: str | None) -> str:
    return SEPARATOR.join((name, stock) if category is None else (name, stock, category))


def _word_shelf(prefix: str) -> str:
    return SEPARATOR.join(("word", prefix))
