"""The names of what an answer in the response cache depends on. Whoever keeps an answer and whoever hears of a change
use the same ones; an answer is dropped with any of its tags. Knows neither answers nor events.
"""

from typing import Final

PRODUCTS: Final = "products"
"""What the catalogue lists, counts, or does not have: dropped with every change of any product."""

IN_STOCK: Final = "in-stock"
"""Lists of what is (not) in stock: dropped when the catalogue has noted that something has come or gone."""

TRENDING: Final = "trending"
"""What is trending in the whole shop."""


def product_tag(product_id: str) -> str:
    """One product. Whoever drops it drops PRODUCTS too, so an answer that has PRODUCTS need not have it."""
    return f"product:{product_id}"


def stock_tag(sku: str) -> str:
    """The stock of a SKU, or that there is none of it yet."""
    return f"stock:{sku}"


def order_tag(order_id: str) -> str:
    """One order, with its payment."""
    return f"order:{order_id}"


def orders_tag(user_id: str) -> str:
    """The list of a customer's orders: which there are, and in which state."""
    return f"orders-of:{user_id}"


def user_tag(user_id: str) -> str:
    """One account; with it go all answers that were given to its user alone."""
    return f"user:{user_id}"


def recommendations_tag(user_id: str) -> str:
    """What is recommended to a user."""
    return f"recommendations:{user_id}"


def bought_together_tag(sku: str) -> str:
    """What is bought together with a SKU."""
    return f"bought-together:{sku}"
