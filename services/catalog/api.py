"""The catalogue's internal HTTP: its face as routes. No rule, no query here."""

from fastapi import APIRouter
from pydantic import SecretStr

from services.catalog.ports import Catalog
from services.infra.http import internal_router


def router(face: Catalog, token: SecretStr) -> APIRouter:
    """The routes under `/internal/catalog`, for whoever has the internal token."""
    return internal_router("catalog", Catalog, face, token)
