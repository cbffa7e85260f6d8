"""The internal HTTP of campaigns: their face to OPS as it is. Adds no rule."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.notifications.campaigns.ports import Campaigns


def router(face: Campaigns, entry: Entry) -> APIRouter:
    """The routes under `/internal/campaigns`, for the callers that the entry knows."""
    return internal_router("campaigns", Campaigns, face, entry)
