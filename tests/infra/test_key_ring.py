"""The cache of the issuer's keys: fresh enough, never a flood of questions, and closed when there is no answer."""

import asyncio
from datetime import timedelta

import pytest

from services.infra.identity.key_ring import KeyRing
from services.shared.errors import Unavailable
from tests.infra.forge import public_jwk
from tests.support.doubles import StandingClock


class Issuer:
    """Answers with its keys; counts how often it was asked. Hangs while `open` is cleared."""

    def __init__(self, *kids: str) -> None:
        self.kids = list(kids)
        self.asked = 0
        self.away = False
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self) -> tuple[str, ...]:
        self.asked += 1
        await self.open.wait()
        if self.away:
            raise Unavailable("users")
        return tuple(public_jwk(kid=kid) for kid in self.kids)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer("k1")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ring(issuer: Issuer, clock: StandingClock) -> KeyRing:
    return KeyRing(issuer, clock, timedelta(seconds=60))


async def answered(ring: KeyRing) -> None:
    """Waits for a question in the background."""
    if ring._asking is not None:
        await ring._asking


async def kid_of(ring: KeyRing, kid: str) -> str | None:
    key = await ring.key(kid)
    return key.kid if key else None


async def test_keys_are_asked_for_once(ring: KeyRing, issuer: Issuer) -> None:
    assert [await kid_of(ring, "k1") for _ in range(5)] == ["k1"] * 5
    assert [key.kid for key in await ring.keys()] == ["k1"]
    assert issuer.asked == 1


async def test_an_unknown_key_is_asked_for_but_only_every_few_seconds(
    ring: KeyRing, issuer: Issuer, clock: StandingClock
) -> None:
    assert await kid_of(ring, "k1") == "k1"
    issuer.kids.append("k2")
    assert [await kid_of(ring, "k2") for _ in range(5)] == [None] * 5
    assert issuer.asked == 1
    clock.advance(timedelta(seconds=5))
    assert await kid_of(ring, "k2") == "k2"
    assert [await kid_of(ring, f"made-up-{number}") for number in range(50)] == [None] * 50
    assert issuer.asked == 2


async def test_many_at_once_ask_one_question(ring: KeyRing, issuer: Issuer) -> None:
    issuer.open.clear()
    waiting = [asyncio.create_task(kid_of(ring, "k1")) for _ in range(20)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    issuer.open.set()
    assert set(await asyncio.gather(*waiting[1:])) == {"k1"}
    assert issuer.asked == 1


async def test_old_keys_are_renewed_while_they_are_used(ring: KeyRing, issuer: Issuer, clock: StandingClock) -> None:
    assert await kid_of(ring, "k1") == "k1"
    issuer.kids[:] = ["k2"]
    issuer.open.clear()
    clock.advance(timedelta(seconds=60))
    assert await asyncio.wait_for(kid_of(ring, "k1"), 1) == "k1"
    issuer.open.set()
    await answered(ring)
    assert (await kid_of(ring, "k1"), await kid_of(ring, "k2")) == (None, "k2")


async def test_without_an_issuer_there_are_no_keys_and_few_questions(
    ring: KeyRing, issuer: Issuer, clock: StandingClock
) -> None:
    issuer.away = True
    for _ in range(10):
        with pytest.raises(Unavailable):
            await ring.key("k1")
    assert issuer.asked == 1
    issuer.away = False
    clock.advance(timedelta(seconds=1))
    assert await kid_of(ring, "k1") == "k1"


async def test_known_keys_outlive_a_short_absence_and_no_long_one(
    ring: KeyRing, issuer: Issuer, clock: StandingClock
) -> None:
    assert await kid_of(ring, "k1") == "k1"
    issuer.away = True
    clock.advance(timedelta(minutes=14))
    assert await kid_of(ring, "k1") == "k1"
    await answered(ring)
    assert [key.kid for key in await ring.keys()] == ["k1"]
    clock.advance(timedelta(minutes=1))
    for ask in (ring.key("k1"), ring.keys()):
        with pytest.raises(Unavailable):
            await ask


async def test_a_source_that_breaks_is_one_that_does_not_answer(clock: StandingClock) -> None:
    async def broken() -> tuple[str, ...]:
        raise RuntimeError("session is closed")

    with pytest.raises(Unavailable):
        await KeyRing(broken, clock).key("k1")


async def test_a_key_of_another_kind_does_not_keep_the_others_out(clock: StandingClock) -> None:
    async def mixed() -> tuple[str, ...]:
        return '{"kty": "RSA", "kid": "r1"}', public_jwk()

    ring = KeyRing(mixed, clock)
    assert (await kid_of(ring, "k1"), await kid_of(ring, "r1")) == ("k1", None)
