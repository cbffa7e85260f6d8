"""Inventory's internal HTTP: its face as routes. No rule, no query here."""

from fastapi import APIRouter
from pydantic import SecretStr

from services.infra.http import internal_router
from services.inventory.ports import Inventory


def router(face: Inventory, token: SecretStr) -> APIRouter:
    """The routes under `/internal/inventory`, for whoever has the internal token."""
    return internal_router("inventory", Inventory, face, token)
