"""The internal HTTP of notifications: their face as it is. Adds no rule."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.notifications.ports import Notifications


def router(face: Notifications, entry: Entry) -> APIRouter:
    """The routes under `/internal/notifications`, for the callers that the entry knows."""
    return internal_router("notifications", Notifications, face, entry)
