"""Refresh tokens on the real database: many at once have one winner, a family never forks, and no secret is stored."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.infra.mongo import Database
from services.infra.outbox.rows import COLLECTION, Outbox
from services.shared.errors import Refused
from services.shared.ids import RandomSecrets, SortableIds
from services.users.models import PresentedToken, Session, User
from services.users.service import UserService
from services.users.sessions import RefreshTokens
from services.users.store import ACCOUNTS, REFRESH_TOKENS, SESSIONS, MongoAccountStore
from tests.support.doubles import StandingClock
from tests.users.makers import GOOD_PASSWORD, a_register
from tests.users.test_service import ORIGIN, PlainHasher, PlainTokens

AT_ONCE = 20


class HashedLike(PlainHasher):
    """Makes what the database takes for a hash."""

    async def hash(self, password: str) -> str:
        return f"$argon2id$of-{len(password)}"


class Rotation:
    """A service on a database, and its one customer's session."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = StandingClock()
        outbox = Outbox(database)
        self.store = MongoAccountStore(database)
        self._preparable = (outbox, self.store)
        ids = SortableIds()
        refresh_tokens = RefreshTokens(self.clock, ids, RandomSecrets())
        self.service = UserService(self.store, HashedLike(), PlainTokens(), refresh_tokens, self.clock, ids)
        self.mia: Session

    async def open(self) -> None:
        for part in self._preparable:
            await part.prepare()
        self.mia = await self.service.register(a_register(), ORIGIN)

    async def at_once(self, tokens: Sequence[str]) -> list[str]:
        """For each token presented at the same moment: its successor, or the code of the refusal."""
        presented = [PresentedToken(refresh_token=token) for token in tokens]
        outcomes = await asyncio.gather(
            *(self.service.refresh_session(one, ORIGIN) for one in presented), return_exceptions=True
        )
        return [_told(outcome) for outcome in outcomes]

    async def stored(self, collection: str) -> list[dict[str, Any]]:
        return await self.database.collection(collection).find().to_list(None)

    async def compromises(self) -> int:
        return [event["type"] for event in await self.stored(COLLECTION)].count("user.session-compromised.v1")


def _told(outcome: Session | BaseException) -> str:
    if isinstance(outcome, Session):
        return outcome.refresh_token
    assert isinstance(outcome, Refused), outcome
    return outcome.code


@pytest.fixture
async def rotation(database: Database) -> Rotation:
    rotation = Rotation(database)
    await rotation.open()
    return rotation


async def test_of_twenty_at_once_one_wins_and_all_get_its_successor(rotation: Rotation) -> None:
    outcomes = await rotation.at_once([rotation.mia.refresh_token] * AT_ONCE)
    (successor,) = set(outcomes)
    assert len(successor) == 43
    assert len(await rotation.stored(SESSIONS)) == 1
    assert len(await rotation.stored(REFRESH_TOKENS)) == 2
    assert await rotation.compromises() == 0


async def test_a_family_does_not_fork_whoever_comes_when(rotation: Rotation) -> None:
    first = rotation.mia.refresh_token
    (second,) = set(await rotation.at_once([first] * AT_ONCE))
    third = set(await rotation.at_once([second] * AT_ONCE))
    assert len(third) == 1
    assert len(await rotation.stored(REFRESH_TOKENS)) == 3


async def test_a_spent_one_among_twenty_at_once_ends_the_family_once(rotation: Rotation) -> None:
    first = rotation.mia.refresh_token
    (second,) = await rotation.at_once([first])
    rotation.clock.advance(timedelta(seconds=6))
    outcomes = await rotation.at_once([first, second] * (AT_ONCE // 2))
    assert set(outcomes[0::2]) == {"TOKEN_REUSED"}
    assert len(set(outcomes[1::2]) - {"TOKEN_REUSED"}) <= 1
    assert await rotation.at_once(list({first, second, *outcomes} - {"TOKEN_REUSED"})) != []
    assert set(await rotation.at_once([first, second])) == {"TOKEN_REUSED"}
    assert [session["ended"] for session in await rotation.stored(SESSIONS)] == ["REUSED"]
    assert await rotation.compromises() == 1
    (account,) = await rotation.stored(ACCOUNTS)
    assert account["version"] == 2


async def test_nothing_stored_is_a_token_a_password_or_in_an_event_an_address(rotation: Rotation) -> None:
    (second,) = await rotation.at_once([rotation.mia.refresh_token])
    everything = [await rotation.stored(name) for name in (ACCOUNTS, SESSIONS, REFRESH_TOKENS, COLLECTION)]
    for secret in (rotation.mia.refresh_token, second, rotation.mia.access_token, GOOD_PASSWORD):
        assert secret not in str(everything)
    user: User = rotation.mia.user
    for personal in (user.email, user.name):
        assert personal not in str(everything[-1])
