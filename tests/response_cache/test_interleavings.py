"""Whatever happens in whatever order, nobody sees what was dropped before they came; and this test would notice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.infra.redis import connect
from services.infra.redis_calls.scripts import RedisScripts
from services.infra.response_cache.models import Lease, Page, Verdict
from services.infra.response_cache.redis_store import RedisResponses, StoreRules
from services.infra.settings import RedisSettings
from services.shared.ids import SortableIds
from tests.live.redis_node import RedisNode
from tests.response_cache.planted import PLANTED, sound
from tests.response_cache.simulation import LEASED_FOR, Parts, Simulation, Stale, Tape, World

TAPES = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=80)
PLAYS = count()


def play_all(most: int, player: Callable[[Tape], None]) -> None:
    """The same tapes each time."""
    lots = Random(7)  # noqa: S311 (no secret)
    for _ in range(most):
        player([(lots.randrange(256), lots.randrange(256)) for _ in range(lots.choice((20, 40, 80, 120)))])


def play(parts: Parts, tape: Tape) -> None:
    async def played() -> None:
        await Simulation(parts).play(tape)

    asyncio.run(played())


def play_in_redis(url: str, tape: Tape, kind: type[RedisResponses] = RedisResponses) -> None:
    """Redis has its own clock, so no time passes in these."""

    async def played() -> None:
        client = connect(RedisSettings(url=url))
        rules = StoreRules(leased_for=LEASED_FOR, prefix=f"play:{next(PLAYS)}:")

        def store(world: World) -> RedisResponses:
            world.passes = False
            return kind(RedisScripts(client), SortableIds(), rules)

        try:
            await Simulation(Parts(store=store)).play(tape)
        finally:
            await client.aclose()

    asyncio.run(played())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tape=TAPES)
def test_nobody_sees_what_was_dropped_before_they_came(tape: Tape) -> None:
    play(Parts(store=sound), tape)


@pytest.mark.heavy
@pytest.mark.timeout(600)
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tape=TAPES)
def test_nobody_does_in_very_many_orders(tape: Tape) -> None:
    play(Parts(store=sound), tape)


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_mistake_would_be_found(mistake: str) -> None:
    with pytest.raises(Stale):
        play_all(2000, lambda tape: play(PLANTED[mistake], tape))


def test_in_redis_nobody_does_either(shared_redis: RedisNode) -> None:
    play_all(30, lambda tape: play_in_redis(shared_redis.url, tape))


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_in_redis_nobody_does_in_many_orders(shared_redis: RedisNode) -> None:
    play_all(800, lambda tape: play_in_redis(shared_redis.url, tape))


def test_a_mistake_in_redis_would_be_found(shared_redis: RedisNode) -> None:
    class NoLease(RedisResponses):
        async def store(self, lease: Lease, page: Page) -> Verdict:
            return await super().store(replace(lease, clock=2**50), page)

    with pytest.raises(Stale):
        play_all(500, lambda tape: play_in_redis(shared_redis.url, tape, NoLease))
