"""The names of what a kept answer shows: who changes the thing drops its name, and with it every answer that shows it.

Gateways put them on answers, workers and gateways drop them. Decides neither when.
"""

from typing import Final
from zlib import crc32

PRODUCTS: Final = "products"
"""Every list and count of products, and every answer that one is not there."""
IN_STOCK: Final = "in-stock"
"""Lists that are filtered by stock: made from the catalogue's projection of it."""
TRENDING: Final = "trending"
"""What many buy now."""

SLOTS: Final = 65_536


def product(product_id: str) -> str:
    """One product's words, prices and state."""
    return f"product:{product_id}"


def stock(sku: str) -> str:
    """How much of a SKU there is."""
    return f"stock:{sku}"


def order(order_id: str) -> str:
    """One order."""
    return f"order:{order_id}"


def orders_of(user_id: str) -> str:
    """A person's list of orders."""
    return f"orders-of:{user_id}"


def user(user_id: str) -> str:
    """A person's account."""
    return f"user:{user_id}"


def recommendations_of(user_id: str) -> str:
    """What is recommended to a person."""
    return f"recommendations:{user_id}"


def bought_together(sku: str) -> str:
    """What is bought together with a SKU."""
    return f"bought-together:{sku}"


def slot_of(tag: str) -> int:
    """Where the moment of a tag's last drop is kept. Two tags may share a slot: then each drops the other's answers."""
    return crc32(tag.encode(errors="surrogatepass")) % SLOTS
