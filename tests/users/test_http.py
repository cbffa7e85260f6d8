"""Users over the internal HTTP: client and API together answer as the service does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI

from services.infra.http import Caller
from services.infra.identity.callers import Identity
from services.shared.actors import Actor, Role
from services.shared.errors import Forbidden, Unavailable
from services.shared.events import Origin
from services.users.api import router
from services.users.client import UsersClient
from services.users.errors import BadCredentials, EmailTaken, TokenExpired, TokenReused
from services.users.memory import MemoryAccountStore
from services.users.models import (
    ChangePassword,
    FirstAccount,
    Login,
    Preferences,
    PreferencesPatch,
    PresentedToken,
    SetRoles,
    User,
)
from services.users.passwords import Argon2Hasher
from services.users.ports import Users
from services.users.service import UserService
from services.users.sessions import RefreshTokens
from services.users.tokens import Ed25519Tokens
from tests.support.doubles import CountingIds, CountingSecrets, StandingClock
from tests.support.identity import IDENTITY, STRANGER, entry, line
from tests.users.makers import GOOD_PASSWORD, a_register, signing_keys
from tests.users.test_tokens import RULES

ORIGIN = Origin(correlation_id="r1")
FIRST = FirstAccount(email="a@example.org", password=GOOD_PASSWORD, name="A", roles=(Role.ADMIN,))


class Believing:
    """Offers ActorCheck: believes who says `<id> <role>`."""

    async def actor(self, token: str) -> Actor:
        user_id, role = token.split()
        return Actor(user_id=user_id, roles=frozenset({Role(role)}), proof=token)


def acting(user: User) -> Actor:
    """The caller, known to the service by the proof alone."""
    return Actor(user_id="somebody else", roles=frozenset(), proof=f"{user.id} {user.roles[0]}")


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where a users service answers."""
    clock, ids = StandingClock(), CountingIds()
    tokens = Ed25519Tokens(signing_keys(clock), RULES, clock, ids)
    refresh_tokens = RefreshTokens(clock, ids, CountingSecrets())
    service = UserService(MemoryAccountStore(), Argon2Hasher(memory_kib=64), tokens, refresh_tokens, clock, ids)
    app = FastAPI()
    await service.seed([FIRST])
    app.include_router(router(service, replace(entry(), actors=Believing())))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off", ws="none"))
    config = server.config
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    await server.shutdown()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def client(session: aiohttp.ClientSession, address: str, identity: Identity = IDENTITY) -> UsersClient:
    return UsersClient(Caller(line(session, identity), address, "users", Users))


async def test_who_registers_can_sign_in_and_be_read(session: aiohttp.ClientSession, address: str) -> None:
    users = client(session, address)
    registered = await users.register(a_register(), ORIGIN)
    signed_in = await users.login(Login(email="mia@example.org", password=GOOD_PASSWORD), ORIGIN)
    assert signed_in.user.id == registered.user.id
    assert await users.users_by_id([registered.user.id, "u9"]) == (signed_in.user,)
    assert [key.jwk for key in await users.public_keys()] != []


async def test_refusals_arrive_as_they_were_raised(session: aiohttp.ClientSession, address: str) -> None:
    users = client(session, address)
    await users.register(a_register(), ORIGIN)
    with pytest.raises(EmailTaken) as taken:
        await users.register(a_register(), ORIGIN)
    assert taken.value.problems[0].path == ("email",)
    with pytest.raises(BadCredentials):
        await users.login(Login(email="mia@example.org", password="three otters on a boat"), ORIGIN)


async def test_a_session_goes_on_and_ends(session: aiohttp.ClientSession, address: str) -> None:
    users = client(session, address)
    token = (await users.register(a_register(), ORIGIN)).refresh_token
    newest = PresentedToken(
        refresh_token=(await users.refresh_session(PresentedToken(refresh_token=token), ORIGIN)).refresh_token
    )
    await users.logout(newest)
    with pytest.raises(TokenExpired):
        await users.refresh_session(newest, ORIGIN)
    token = (await users.login(Login(email="mia@example.org", password=GOOD_PASSWORD), ORIGIN)).refresh_token
    spent = PresentedToken(refresh_token=token)
    later = await users.refresh_session(spent, ORIGIN)
    await users.refresh_session(PresentedToken(refresh_token=later.refresh_token), ORIGIN)
    with pytest.raises(TokenReused):
        await users.refresh_session(spent, ORIGIN)


async def test_who_changes_an_account_is_whom_the_proof_names(session: aiohttp.ClientSession, address: str) -> None:
    users = client(session, address)
    mia = (await users.register(a_register(), ORIGIN)).user
    admin = (await users.login(Login(email=FIRST.email, password=GOOD_PASSWORD), ORIGIN)).user
    patched = await users.update_preferences(PreferencesPatch(promotional=False), acting(mia), ORIGIN)
    assert (patched.id, patched.preferences) == (mia.id, Preferences(promotional=False))
    change = ChangePassword(current_password=GOOD_PASSWORD, new_password="seven herons in a row")
    assert (await users.change_password(change, acting(mia), ORIGIN)).user.id == mia.id
    command = SetRoles(user_id=mia.id, roles=(Role.OPS,))
    with pytest.raises(Forbidden):
        await users.set_roles(command, acting(mia), ORIGIN)
    assert (await users.set_roles(command, acting(admin), ORIGIN)).roles == (Role.OPS,)


async def test_calls_at_once_do_not_mix(session: aiohttp.ClientSession, address: str) -> None:
    users = client(session, address)
    emails = [f"mia{number}@example.org" for number in range(8)]
    sessions = await asyncio.gather(*(users.register(a_register(email=email), ORIGIN) for email in emails))
    assert [session.user.email for session in sessions] == emails


async def test_an_unknown_caller_is_answered_nothing(session: aiohttp.ClientSession, address: str) -> None:
    with pytest.raises(Unavailable):
        await client(session, address, STRANGER).public_keys()
