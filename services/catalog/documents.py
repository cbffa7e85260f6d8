"""How a product looks as a MongoDB document, what the server itself checks of it, and the way back."""

from typing import Any

from services.catalog.listing import place_of
from services.catalog.models import Product, ProductSort
from services.shared.money import Money

Document = dict[str, Any]

WHOLE = ["int", "long"]

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
        "required": ["sku", "name", "description", "categories", "price", "active", "version", "places"],
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
                    "minor": {"bsonType": WHOLE, "minimum": 0},
                    "currency": {"bsonType": "string", "minLength": 3, "maxLength": 3},
                },
            },
            "active": {"bsonType": "bool"},
            "version": {"bsonType": WHOLE, "minimum": 1},
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
        "places": {field.partition(".")[2]: place_of(product, sort) for sort, field in PLACES.items()},
    }


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
