"""Recommendations' internal HTTP: their face as routes. No rule, no query here."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.recommendations.ports import Recommendations


def router(face: Recommendations, entry: Entry) -> APIRouter:
    """The routes under `/internal/recommendations`, for the callers that the entry knows."""
    return internal_router("recommendations", Recommendations, face, entry)
