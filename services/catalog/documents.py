"""How a product looks as a MongoDB document, what the server itself checks of it, and the way back."""

from services.catalog.listing import SEPARATOR, place_of
from services.catalog.models import Product, ProductQuery, ProductSort
from services.infra.mongo import WHOLE, Document
from services.shared.money import Money

PLACES = {
    ProductSort.NEWEST: "places.newest",
    ProductSort.NAME: "places.name",
    ProductSort.PRICE_ASC: "places.price",
    ProductSort.PRICE_DESC: "places.price",
}
"""The field that each order of listing sorts by."""

PRODUCT_VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["sku", "name", "description", "categories", "price", "active", "version", "shelves", "places"],
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
            "version": {**WHOLE, "minimum": 1},
        },
    }
}


def product_document(product: Product) -> Document:
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
        "shelves": _shelves(product),
        "places": {field.partition(".")[2]: place_of(product, sort) for sort, field in PLACES.items()},
    }


def selection(query: ProductQuery) -> Document:
    """What the query's products have in common: one shelf, so that one index an order serves every filter."""
    return {"shelves": _shelf(query.category, archived=query.include_inactive)}


def _shelves(product: Product) -> list[str]:
    """The lists that it is in: with and without archived products, each whole and by category."""
    lists = (True, False) if product.active else (True,)
    return [_shelf(category, archived=archived) for archived in lists for category in (None, *product.categories)]


def _shelf(category: str | None, *, archived: bool) -> str:
    name = "all" if archived else "sale"
    return name if category is None else f"{name}{SEPARATOR}{category}"


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
