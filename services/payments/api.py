"""The internal HTTP of payments: its face as it is. Adds no rule."""

from fastapi import APIRouter
from pydantic import SecretStr

from services.infra.http import internal_router
from services.payments.ports import Payments


def router(face: Payments, token: SecretStr) -> APIRouter:
    """The routes of `Payments`, closed to whoever lacks the token."""
    return internal_router("payments", Payments, face, token)
