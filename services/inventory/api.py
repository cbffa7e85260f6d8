"""Inventory's internal HTTP: its face as routes. No rule, no query here."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.inventory.ports import Inventory


def router(face: Inventory, entry: Entry) -> APIRouter:
    """The routes under `/internal/inventory`, for the callers that the entry knows."""
    return internal_router("inventory", Inventory, face, entry)
