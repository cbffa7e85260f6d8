"""The orders in which products are listed: one sortable text a product and order, which is also the page's cursor.

The text ends with the product's id, so no two products share a place, and a page begins where the last one ended.
"""

from services.catalog.models import Product, ProductPage, ProductQuery, ProductSort
from services.catalog.rules import LONGEST_CATEGORY
from services.catalog.words import search_words
from services.shared import pages
from services.shared.errors import Invalid
from services.shared.pages import checked_page_size, decode_cursor, encode_cursor
from services.shared.text import checked_text

SEPARATOR = "\t"
"""Sorts before everything that a name may hold, so that a name comes before its own continuations."""

DESCENDING = frozenset({ProductSort.NEWEST, ProductSort.PRICE_DESC})
LONGEST_CURSOR = 4000
LONGEST_SEARCH = 200
MOST_SEARCH_WORDS = 10


def place_of(product: Product, sort: ProductSort) -> str:
    """Where it stands: texts compare, code point by code point, as the products do.

    Names compare without case. Prices compare within their currency, currencies by their code.
    """
    if sort is ProductSort.NEWEST:
        key = f"{round(product.created_at.timestamp() * 1000):015d}"
    elif sort is ProductSort.NAME:
        key = product.name.casefold()
    else:
        key = f"{product.price.currency}{product.price.minor:016d}"
    return f"{key}{SEPARATOR}{product.id}"


def place_after(query: ProductQuery) -> str | None:
    """The place that the page begins behind. Raises Invalid at `after` for what is no cursor of this order."""
    if query.after is None:
        return None
    if len(query.after) > LONGEST_CURSOR:
        raise Invalid("not a cursor of this list", ("after",))
    sort, place = decode_cursor(query.after, str, str)
    if sort != query.sort.value:
        raise Invalid("not a cursor of this list", ("after",))
    return checked_text(str(place), ("after",), most=LONGEST_CURSOR, lines=True)


def checked_query(query: ProductQuery) -> ProductQuery:
    """Raises Invalid for a page size, cursor or filter that can never be right, with its path in the contract."""
    checked_page_size(query.first)
    place_after(query)
    if query.category is not None:
        checked_text(query.category, ("filter", "category"), most=LONGEST_CATEGORY)
    if query.search is not None:
        checked_text(query.search, ("filter", "search"), least=0, most=LONGEST_SEARCH, lines=True)
        if len(search_words(query.search)) > MOST_SEARCH_WORDS:
            raise Invalid(f"must be at most {MOST_SEARCH_WORDS} words", ("filter", "search"))
    return query


def page_of(found: list[Product], query: ProductQuery) -> ProductPage:
    """The page, given one product more than it holds where there is one."""
    return pages.page_of(found, query, lambda product: encode_cursor(query.sort.value, place_of(product, query.sort)))
