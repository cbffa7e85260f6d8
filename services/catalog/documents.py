"""How a product looks as a MongoDB document, what the server itself checks of it, and the way back.

There are two of each product: one to browse, as thin as it can be, and one to search, with all its words.
"""

from dataclasses import dataclass

from services.catalog.listing import place_of
from services.catalog.models import Product, ProductQuery, ProductSort
from services.catalog.shelves import mix_shelf, prefixes_of, product_words, read_prefix, shelves_of, words_to_check
from services.catalog.words import search_words
from services.infra.mongo import WHOLE, Document
from services.shared.money import Money

PRODUCTS = "products"
SEARCH_ENTRIES = "search_entries"
NOTES = "stock_notes"
"""The collections."""

PLACES = {
    ProductSort.NEWEST: "places.newest",
    ProductSort.NAME: "places.name",
    ProductSort.PRICE_ASC: "places.price",
    ProductSort.PRICE_DESC: "places.price",
}
"""The field that each order of listing sorts by."""

FOUND: Document = {
    "sku": 1,
    "name": 1,
    "description": 1,
    "categories": 1,
    "price": 1,
    "active": 1,
    "version": 1,
    "created_at": 1,
    "updated_at": 1,
}
"""What a search brings back; the rest of an entry is there for queries alone."""

LAST_CHARACTER = "\U0010ffff"

REQUIRED = ("sku", "name", "description", "categories", "price", "active", "version", "in_stock", "places")


def _validator(*also: str) -> Document:
    return {
        "$jsonSchema": {
            "bsonType": "object",
            "required": [*REQUIRED, *also],
            "properties": {
                "_id": {"bsonType": "string"},
                "sku": {"bsonType": "string", "minLength": 1, "maxLength": 64},
                "name": {"bsonType": "string", "minLength": 1},
                "description": {"bsonType": "string"},
                "categories": {"bsonType": "array", "items": {"bsonType": "string"}},
                "price": {
                    "bsonType": "object",
                    "required": ["minor", "currency"],
                    "properties": {
                        "minor": {**WHOLE, "minimum": 0},
                        "currency": {"bsonType": "string", "minLength": 3, "maxLength": 3},
                    },
                },
                "active": {"bsonType": "bool"},
                "in_stock": {"bsonType": "bool"},
                "version": {**WHOLE, "minimum": 1},
            },
        }
    }


PRODUCT_VALIDATOR = _validator("lists")
SEARCH_ENTRY_VALIDATOR = _validator("words", "prefixes")

STOCK_NOTE_VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["available", "version"],
        "properties": {
            "_id": {"bsonType": "string"},
            "available": {**WHOLE, "minimum": 0},
            "version": {**WHOLE, "minimum": 0},
        },
    }
}


def product_document(product: Product, *, in_stock: bool = False) -> Document:
    """To browse: in `lists` are those of `shelves`."""
    return _common(product, in_stock=in_stock) | {"lists": shelves_of(product, in_stock=in_stock)}


def search_entry(product: Product, *, in_stock: bool = False) -> Document:
    """To search."""
    return _common(product, in_stock=in_stock) | {
        "words": list(product_words(product)),
        "prefixes": prefixes_of(product),
    }


def _common(product: Product, *, in_stock: bool) -> Document:
    return {
        "_id": product.id,
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "categories": list(product.categories),
        "price": {"minor": product.price.minor, "currency": product.price.currency},
        "active": product.active,
        "version": product.version,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "in_stock": in_stock,
        "places": {field.partition(".")[2]: place_of(product, sort) for sort, field in PLACES.items()},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the query's products have in common.

    Attributes:
        collection: where they are read.
        listed: the one list that is read, by its index.
        checked: what is asked of each product of the list; empty where the list says it all.
    """

    collection: str
    listed: Document
    checked: Document


def selection(query: ProductQuery, word: str | None = None) -> Selection:
    """Of a search, what is read has the prefix of `word`, one of its words; without one, of its first."""
    words = search_words(query.search)
    if not words:
        return Selection(collection=PRODUCTS, listed={"lists": mix_shelf(query)}, checked={})
    read = word or words[0]
    checked: Document = {} if query.include_inactive else {"active": True}
    if query.category is not None:
        checked["categories"] = query.category
    if query.in_stock is not None:
        checked["in_stock"] = query.in_stock
    if left := words_to_check(words, read):
        checked["$and"] = [{"words": _beginning_with(other)} for other in left]
    return Selection(collection=SEARCH_ENTRIES, listed={"prefixes": read_prefix(read)}, checked=checked)


def _beginning_with(word: str) -> Document:
    return {"$elemMatch": {"$gte": word, "$lt": word + LAST_CHARACTER}}


def product_from(document: Document) -> Product:
    return Product(
        id=document["_id"],
        sku=document["sku"],
        name=document["name"],
        description=document["description"],
        categories=tuple(document["categories"]),
        price=Money(minor=document["price"]["minor"], currency=document["price"]["currency"]),
        active=document["active"],
        version=document["version"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
    )
