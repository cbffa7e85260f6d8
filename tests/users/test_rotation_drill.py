"""A rotation with tokens in flight: two processes sign, a gateway and a service check, and nobody is signed out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter

from gateway.web.jwks import jwks_page
from services.infra.identity.access_tokens import AccessTokens, access_token_rules
from services.infra.identity.jwks import JWKS_PATH, JwksUrl
from services.infra.identity.key_ring import KeyRing
from services.shared.errors import Unauthenticated
from services.users.keys.memory import MemoryKeyStore
from services.users.keys.models import KeyTimes
from services.users.keys.service import SigningKeys
from services.users.tokens import Ed25519Tokens, TokenRules
from tests.support.doubles import CountingIds, StandingClock
from tests.support.http import serving
from tests.users.makers import a_user, signing_keys

FRESH = timedelta(seconds=60)
LIFETIME = timedelta(minutes=15)
TIMES = KeyTimes(propagation=4 * FRESH + timedelta(seconds=20), kept=LIFETIME + timedelta(minutes=1), reread=FRESH)
STEP = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Alive:
    """A token, and its last moment."""

    token: str
    until: datetime


@dataclass(slots=True)
class Shop:
    """The processes, and what was signed and lives."""

    clock: StandingClock
    processes: list[SigningKeys]
    checks: list[AccessTokens]
    alive: list[Alive] = field(default_factory=list)
    signed_by: set[str] = field(default_factory=set)
    requests: int = 0

    async def disturb(self) -> None:
        """Somebody sends tokens with key ids that he made up, so that nobody may ask for unknown keys just now."""
        made_up = jwt.encode({}, Ed25519PrivateKey.generate(), "EdDSA", {"typ": "at+jwt", "kid": "made-up"})
        for check in self.checks:
            with pytest.raises(Unauthenticated):
                await check.actor(made_up)

    async def live(self, span: timedelta) -> None:
        """Sign-ins at each process, and requests with all tokens that live, while the time goes by."""
        until = self.clock.now() + span
        ids = CountingIds("jti")
        rules = TokenRules(issuer="https://caravan.example", audience="caravan", lifetime=LIFETIME)
        while self.clock.now() < until:
            for keys in self.processes:
                token = await Ed25519Tokens(keys, rules, self.clock, ids).issue(a_user())
                self.alive.append(Alive(token, self.clock.now() + LIFETIME))
                self.signed_by.add(jwt.get_unverified_header(token)["kid"])
            await self.disturb()
            self.alive = [each for each in self.alive if self.clock.now() < each.until]
            for each in (self.alive[0], self.alive[len(self.alive) // 2], *self.alive[-2:]):
                for check in self.checks:
                    assert (await check.actor(each.token)).user_id == "u1"
                    self.requests += 1
            self.clock.advance(STEP)


@asynccontextmanager
async def open_shop() -> AsyncIterator[Shop]:
    """Two users' processes on one store; a gateway that asks them in turn, and a service that asks the gateway."""
    clock, store = StandingClock(), MemoryKeyStore()
    processes = [signing_keys(clock, store, times=TIMES) for _ in range(2)]
    turns = cycle(processes)

    async def either() -> tuple[str, ...]:
        return tuple(key.jwk for key in await next(turns).public_keys())

    rules = access_token_rules("https://caravan.example", "caravan")
    at_the_gateway = KeyRing(either, clock, FRESH)
    router = APIRouter()
    router.add_route(JWKS_PATH, jwks_page(at_the_gateway, int(FRESH.total_seconds())), methods=["GET"])
    async with serving(router) as address, aiohttp.ClientSession() as session:
        far_away = KeyRing(JwksUrl(session, address + JWKS_PATH), clock, FRESH)
        yield Shop(clock, processes, [AccessTokens(ring, rules, clock) for ring in (at_the_gateway, far_away)])


async def test_nobody_is_signed_out_while_the_keys_are_rotated_twice() -> None:
    async with open_shop() as shop:
        await shop.live(timedelta(minutes=2))
        for process in shop.processes:
            await process.rotate_keys()
            await shop.live(timedelta(minutes=24))
        assert len(shop.signed_by) == 3
        assert [len(await process.public_keys()) for process in shop.processes] == [1, 1]
        assert shop.requests > 2000


async def test_a_key_that_signed_before_it_was_known_would_be_refused() -> None:
    """That the drill can fail: without a time for propagation it does."""
    async with open_shop() as shop:
        hasty = KeyTimes(propagation=timedelta(0), kept=TIMES.kept, reread=timedelta(0))
        await shop.live(3 * STEP)
        for process in shop.processes:
            process._times = hasty
        await shop.disturb()
        await shop.processes[0].rotate_keys()
        with pytest.raises(Unauthenticated):
            await shop.live(STEP)
