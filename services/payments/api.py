"""The internal HTTP of payments: its face as it is. Adds no rule."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.payments.ports import Payments


def router(face: Payments, entry: Entry) -> APIRouter:
    """The routes of `Payments`, closed to whoever lacks the token."""
    return internal_router("payments", Payments, face, entry)
