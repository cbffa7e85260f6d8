"""The internal HTTP of suppressions: their face to OPS as it is. Adds no rule."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.notifications.recipients.ports import Suppressions


def router(face: Suppressions, entry: Entry) -> APIRouter:
    """The routes under `/internal/suppressions`, for the callers that the entry knows."""
    return internal_router("suppressions", Suppressions, face, entry)
