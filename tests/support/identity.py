"""A caller and an entry that knows it, for tests over internal HTTP; and access tokens that the entry believes."""

from collections.abc import Sequence

import aiohttp
from pydantic import SecretStr

from services.infra.calls.sender import Line
from services.infra.identity.callers import Identity, KnownCallers, new_pair
from services.infra.identity.entry import Entry
from services.shared.actors import Actor, Role
from services.shared.clock import SystemClock
from services.shared.errors import Unauthenticated

PAIR = new_pair()
IDENTITY = Identity(SecretStr(PAIR.private), "test", SystemClock())
STRANGER = Identity(SecretStr(new_pair().private), "test", SystemClock())
"""A caller that no entry knows."""

OWNER = Actor(user_id="u1", roles=frozenset({Role.CUSTOMER}), proof="owners-token")
OTHER = Actor(user_id="u2", roles=frozenset({Role.CUSTOMER}), proof="others-token")
OPS = Actor(user_id="ops", roles=frozenset({Role.OPS}), proof="ops-token")
ADMIN = Actor(user_id="admin", roles=frozenset({Role.ADMIN}), proof="admin-token")

NOBODY = Actor(user_id="u1", roles=frozenset({Role.ADMIN}), proof="")
"""Says that he is all of it, and proves nothing."""


class KnownActors:
    """Offers ActorCheck: believes the tokens of these."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        self._actors = {actor.proof: actor for actor in actors}

    async def actor(self, token: str) -> Actor:
        if token not in self._actors:
            raise Unauthenticated
        return self._actors[token]


def entry(*actors: Actor) -> Entry:
    """Knows IDENTITY, and believes the tokens of these actors; of the four above without any given."""
    known = KnownCallers([PAIR.public], SystemClock())
    return Entry(callers=known, actors=KnownActors(actors or (OWNER, OTHER, OPS, ADMIN)))


def line(session: aiohttp.ClientSession, identity: Identity = IDENTITY, timeout: float = 10) -> Line:
    """A line of that caller; `timeout` in seconds."""
    return Line(session=session, identity=identity, timeout=timeout)
