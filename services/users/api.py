"""The internal HTTP API of users: their face, served. Closed to whoever lacks the internal token."""

from fastapi import APIRouter
from pydantic import SecretStr

from services.infra.http import internal_router
from services.users.ports import Users


def router(face: Users, token: SecretStr) -> APIRouter:
    """The routes under `/internal/users`."""
    return internal_router("users", Users, face, token)
