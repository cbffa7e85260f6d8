"""The internal HTTP of orders: its face as it is. Adds no rule."""

from fastapi import APIRouter
from pydantic import SecretStr

from services.infra.http import internal_router
from services.orders.ports import Orders


def router(face: Orders, token: SecretStr) -> APIRouter:
    """The routes of `Orders`, closed to whoever lacks the token."""
    return internal_router("orders", Orders, face, token)
