"""The internal HTTP API of users: their face, served. Open to known callers only."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.users.keys.ports import Keys
from services.users.ports import Unsubscriptions, Users


def keys_router(keys: Keys, entry: Entry) -> APIRouter:
    """The routes under `/internal/keys`: apart, so that a token for users is of no use with the keys."""
    return internal_router("keys", Keys, keys, entry)


def router(face: Users, entry: Entry) -> APIRouter:
    """The routes under `/internal/users`."""
    return internal_router("users", Users, face, entry)


def unsubscriptions_router(face: Unsubscriptions, entry: Entry) -> APIRouter:
    """The routes under `/internal/unsubscriptions`."""
    return internal_router("unsubscriptions", Unsubscriptions, face, entry)
