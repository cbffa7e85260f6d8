"""The internal HTTP of the dead letters: their face to OPS as it is. Adds no rule."""

from fastapi import APIRouter

from services.deadletters.ports import DeadLetters
from services.infra.http import internal_router
from services.infra.identity.entry import Entry


def router(face: DeadLetters, entry: Entry) -> APIRouter:
    """The routes under `/internal/deadletters`, for the callers that the entry knows."""
    return internal_router("deadletters", DeadLetters, face, entry)
