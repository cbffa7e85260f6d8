"""The internal HTTP API of users: their face, served. Open to known callers only."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.users.ports import Users


def router(face: Users, entry: Entry) -> APIRouter:
    """The routes under `/internal/users`."""
    return internal_router("users", Users, face, entry)
