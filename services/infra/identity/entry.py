"""The door of a service: who may call, and how it is found out who asks. Knows no service."""

from dataclasses import dataclass
from typing import Protocol

from services.infra.identity.callers import KnownCallers
from services.shared.actors import Actor
from services.shared.errors import Unavailable


class ActorCheck(Protocol):
    """Recognises an access token's owner."""

    async def actor(self, token: str) -> Actor:
        """Raises Unauthenticated, or Unavailable when it cannot be checked."""
        ...


class NoActors:
    """Offers ActorCheck where there are no keys: recognises nobody."""

    async def actor(self, token: str) -> Actor:  # noqa: ARG002 (the port's)
        raise Unavailable("keys", "this process cannot check access tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Both checks, as one service's process makes them."""

    callers: KnownCallers
    actors: ActorCheck
