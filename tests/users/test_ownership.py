"""Who sees whom, over the internal HTTP: everybody themselves, OPS all."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.infra.http import Caller
from services.shared.errors import Unauthenticated
from services.users.api import router
from services.users.client import UsersClient
from services.users.memory import MemoryAccountStore
from services.users.passwords import Argon2Hasher
from services.users.ports import Users
from services.users.service import UserService
from services.users.sessions import RefreshTokens
from services.users.tokens import Ed25519Tokens
from tests.support.doubles import CountingIds, CountingSecrets, StandingClock
from tests.support.http import serving
from tests.support.identity import ADMIN, NOBODY, OPS, OTHER, OWNER, entry, line
from tests.users.makers import a_new, an_account, signing_keys
from tests.users.test_tokens import RULES


@pytest.fixture
async def users() -> AsyncIterator[Users]:
    clock, ids, store = StandingClock(), CountingIds(), MemoryAccountStore()
    await store.insert(a_new(an_account(OWNER.user_id)))
    tokens = Ed25519Tokens(signing_keys(clock), RULES, clock, ids)
    refresh_tokens = RefreshTokens(clock, ids, CountingSecrets())
    service = UserService(store, Argon2Hasher(memory_kib=64), tokens, refresh_tokens, clock, ids)
    async with serving(router(service, entry())) as address, aiohttp.ClientSession() as session:
        yield UsersClient(Caller(line(session), address, "users", Users))


async def test_an_account_is_shown_to_its_owner_and_to_ops(users: Users) -> None:
    (known,) = await users.users_by_id([OWNER.user_id])
    for actor, seen in ((OWNER, (known,)), (OPS, (known,)), (ADMIN, (known,)), (OTHER, ())):
        assert await users.visible_users([OWNER.user_id, "u9"], actor) == seen


async def test_who_proves_nothing_sees_nobody(users: Users) -> None:
    with pytest.raises(Unauthenticated):
        await users.visible_users([NOBODY.user_id], NOBODY)
