"""Redis killed, frozen and full under load: everybody is answered, next to nobody waits, and nothing old is given."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from random import Random

import pytest
from redis.asyncio import Redis

from gateway.caching.engine import CachedResponses
from gateway.caching.ports import Source
from gateway.throttle.ports import Bucket
from gateway.throttle.redis_counters import RedisCounters
from services.infra.redis import connect, ping
from services.infra.redis_calls.reach import FAILURES, Reach
from services.infra.redis_calls.scripts import Declined, RedisScripts
from services.infra.response_cache.guarded import GuardedResponses
from services.infra.response_cache.models import Entry, Freshness, Lease, Verdict
from services.infra.response_cache.near import NearResponses
from services.infra.response_cache.redis_store import RedisResponses
from services.infra.settings import RedisSettings
from services.shared.errors import Unavailable
from services.shared.ids import SortableIds
from tests.live.redis_node import RedisNode
from tests.response_cache.contract import SHOE, kept, leased, page
from tests.response_cache.kitchen import Kitchen, engine

CROWD = 50


class Gateway:
    """One process' cache, built as the gateway builds it."""

    def __init__(self, url: str, within: float = 0.5) -> None:
        self.redis = connect(RedisSettings(url=url))
        self.reach = Reach(partial(ping, self.redis), within)
        self.store = RedisResponses(RedisScripts(self.redis), SortableIds())
        self.cache: CachedResponses = engine(GuardedResponses(NearResponses(self.store), self.reach))

    async def close(self) -> None:
        await self.cache.close()
        await self.reach.close()
        await self.redis.aclose()


@pytest.fixture
async def gateway(redis_node: RedisNode) -> AsyncIterator[Gateway]:
    gateway = Gateway(redis_node.url)
    yield gateway
    await gateway.close()


async def until_answered_from(gateway: Gateway, kitchen: Kitchen, source: Source) -> None:
    async with asyncio.timeout(10):
        while True:
            if (await gateway.cache.answer("a", kitchen.cook)).source is source:
                return
            await asyncio.sleep(0.01)


async def crowd(gateway: Gateway, kitchen: Kitchen, asks: int = 8) -> list[float]:
    """The seconds that each of a crowd's requests took; each asks again at once."""
    took = []

    async def client(number: int) -> None:
        for ask in range(asks):
            began = time.monotonic()
            await gateway.cache.answer(f"{number % 7}-{ask}", kitchen.cook)
            took.append(time.monotonic() - began)

    await asyncio.gather(*(client(number) for number in range(CROWD)))
    return took


@pytest.mark.parametrize("fault", [RedisNode.kill, RedisNode.freeze], ids=["killed", "frozen"])
async def test_without_redis_everybody_is_answered_and_it_is_used_again_when_it_is_back(
    redis_node: RedisNode, fault: Callable[[RedisNode], None]
) -> None:
    gateway, kitchen = Gateway(redis_node.url, within=0.05), Kitchen()
    await until_answered_from(gateway, kitchen, Source.HIT)
    fault(redis_node)
    took = sorted(await crowd(gateway, kitchen))
    # Each of the crowd is held up three times at most, until it is known; then nobody.
    assert took[len(took) // 2] < 0.02
    assert took[-1] < 1.0
    assert (await gateway.cache.answer("a", kitchen.cook)).source is Source.BYPASS
    redis_node.thaw()
    redis_node.kill()
    redis_node.start()
    await until_answered_from(gateway, kitchen, Source.HIT)
    await gateway.close()


async def test_a_drop_while_redis_is_away_is_not_forgotten(gateway: Gateway, redis_node: RedisNode) -> None:
    kitchen = Kitchen()
    await gateway.cache.answer("a", kitchen.cook)
    redis_node.freeze()
    kitchen.truth = 1
    await gateway.cache.drop(["dish"])
    assert (await gateway.cache.answer("a", kitchen.cook)).body == b"1"
    redis_node.thaw()
    await until_answered_from(gateway, kitchen, Source.HIT)
    assert (await gateway.cache.answer("a", kitchen.cook)).body == b"1"


@pytest.mark.heavy
async def test_killed_and_back_again_and_again_under_load_nothing_old_is_given(redis_node: RedisNode) -> None:
    gateways, kitchen, stop = [Gateway(redis_node.url) for _ in range(2)], Kitchen(), asyncio.Event()
    acknowledged, seen = 0, 0

    async def reader(gateway: Gateway) -> None:
        nonlocal seen
        while not stop.is_set():
            # Without Redis nothing here ever waits.
            await asyncio.sleep(0)
            floor = acknowledged
            answer = await gateway.cache.answer("a", kitchen.cook)
            assert int(answer.body) >= floor
            seen += answer.source is Source.HIT

    async def writer() -> None:
        nonlocal acknowledged
        while not stop.is_set():
            kitchen.truth += 1
            version = kitchen.truth
            if await _told(gateways[0].store.drop(["dish"])):
                acknowledged = version
            await asyncio.sleep(0.005)

    work = [asyncio.create_task(reader(gateway)) for gateway in gateways for _ in range(8)]
    work.append(asyncio.create_task(writer()))
    for fault in (redis_node.kill, redis_node.freeze, redis_node.kill, redis_node.freeze):
        before, drops = seen, acknowledged
        async with asyncio.timeout(20):
            while True:
                if seen > before + 100 and acknowledged > drops + 20:
                    break
                await asyncio.sleep(0.05)
        fault()
        await asyncio.sleep(0.3)
        redis_node.thaw()
        redis_node.kill()
        redis_node.start()
    stop.set()
    await asyncio.gather(*work)
    for gateway in gateways:
        await gateway.close()


async def _told(step: Awaitable[None]) -> bool:
    try:
        await step
    except Unavailable:
        return False
    return True


async def fill(redis: Redis) -> None:
    """As full as may be, and nothing is put out to make room."""
    await redis.config_set("maxmemory-policy", "noeviction")
    await redis.config_set("maxmemory", "1")


async def test_a_full_redis_keeps_nothing_more_and_drops_all_the_same(gateway: Gateway, own_redis: Redis) -> None:
    store, kitchen = gateway.store, Kitchen()
    await kept(store, "a", page(b"old", SHOE))
    lease = await leased(store, "b")
    await fill(own_redis)
    assert isinstance(await store.look("a"), Entry)
    assert await store.store(lease, page(b"{}")) is Verdict.NOT_KEPT
    assert isinstance(await store.look("c"), Lease)
    await store.drop([SHOE])
    assert isinstance(await store.look("a"), Lease)
    answers = [await gateway.cache.answer("d", kitchen.cook) for _ in range(3)]
    assert {answer.source for answer in answers} == {Source.MISS}
    for _ in range(2 * FAILURES):
        with pytest.raises(Declined):
            await gateway.reach.ask(RedisCounters(gateway.redis).pour("a", 1, Bucket(size=1, leak=1)))
    assert not gateway.reach.is_away
    await own_redis.config_set("maxmemory", "0")
    await until_answered_from(gateway, kitchen, Source.HIT)


async def test_while_redis_makes_room_nothing_old_is_given(gateway: Gateway, own_redis: Redis) -> None:
    """Whatever is put out, the moments of the drops among it, costs an answer that is made anew, and nothing else."""
    await own_redis.config_set("maxmemory-policy", "allkeys-random")
    await own_redis.config_set("maxmemory", "3mb")
    store, lots = gateway.store, Random(7)  # noqa: S311 (no secret)
    for number in range(300):
        key, body = f"{number % 100}", lots.randbytes(40_000)
        await store.drop([f"thing:{key}"])
        found = await store.look(key)
        assert not isinstance(found, Entry)
        if isinstance(found, Lease):
            made = page(body, f"thing:{key}", freshness=Freshness(fresh=3600))
            await store.store(found, made)
        again = await store.look(key)
        if isinstance(again, Entry):
            assert again.body == body
    assert (await own_redis.info("stats"))["evicted_keys"] > 50
