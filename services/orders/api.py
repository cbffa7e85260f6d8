"""The internal HTTP of orders: its face as it is. Adds no rule."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.orders.ports import Orders


def router(face: Orders, entry: Entry) -> APIRouter:
    """The routes of `Orders`, closed to whoever lacks the token."""
    return internal_router("orders", Orders, face, entry)
