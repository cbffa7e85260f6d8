"""The catalogue's internal HTTP: its face as routes. No rule, no query here."""

from fastapi import APIRouter

from services.catalog.ports import Catalog
from services.infra.http import internal_router
from services.infra.identity.entry import Entry


def router(face: Catalog, entry: Entry) -> APIRouter:
    """The routes under `/internal/catalog`, for the callers that the entry knows."""
    return internal_router("catalog", Catalog, face, entry)
