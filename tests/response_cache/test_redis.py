"""Answers kept in Redis keep the contract, for all gateways together; what may be lost there is never missed."""

import asyncio

import pytest
from redis.asyncio import Redis

from gateway.caching.ports import Source
from services.infra.redis import connect, ping
from services.infra.redis_calls.scripts import RedisScripts
from services.infra.response_cache import tags
from services.infra.response_cache.models import Busy, Entry, Freshness, Lease, Verdict
from services.infra.response_cache.near import NearResponses
from services.infra.response_cache.redis_store import PREFIX, RedisResponses, StoreRules
from services.infra.settings import RedisSettings
from services.shared.errors import Unavailable
from services.shared.ids import SortableIds
from tests.live.house import NO_REDIS
from tests.live.redis_node import RedisNode
from tests.response_cache.contract import (
    AN_HOUR,
    LARGEST,
    LEASED_FOR,
    SHOE,
    ResponseStoreContract,
    kept,
    leased,
    page,
)
from tests.response_cache.kitchen import Kitchen, engine

EPOCHS, ENTRY = f"{PREFIX}epochs", f"{PREFIX}entry:a"


def responses(redis: Redis) -> RedisResponses:
    return RedisResponses(RedisScripts(redis), SortableIds(), StoreRules(leased_for=LEASED_FOR, largest=LARGEST))


@pytest.fixture
def store(redis: Redis) -> RedisResponses:
    return responses(redis)


class TestRedis(ResponseStoreContract):
    @pytest.fixture
    def store(self, redis: Redis) -> RedisResponses:
        return responses(redis)


class TestNearRedis(ResponseStoreContract):
    @pytest.fixture
    def store(self, redis: Redis) -> NearResponses:
        return NearResponses(responses(redis))


async def test_two_processes_keep_and_drop_together(redis: Redis) -> None:
    here, there = responses(redis), responses(redis)
    await kept(here, "a", page(b"{}", SHOE))
    assert isinstance(await there.look("a"), Entry)
    await there.drop([SHOE])
    assert isinstance(await here.look("a"), Lease)
    assert isinstance(await there.look("a"), Busy)


async def test_a_thousand_clients_of_two_processes_have_it_made_once(redis: Redis) -> None:
    caches, kitchen = [engine(NearResponses(responses(redis))) for _ in range(2)], Kitchen()
    answers = await asyncio.gather(*(cache.answer("a", kitchen.cook) for cache in caches for _ in range(500)))
    assert kitchen.made == 1
    assert [answer.source for answer in answers].count(Source.MISS) == 1


async def test_a_held_body_does_not_travel(redis: Redis, store: RedisResponses) -> None:
    lease = await kept(store, "a", page(b"long"))
    found = await store.look("a", held=lease.token)
    assert isinstance(found, Entry)
    assert found.body is None
    near = NearResponses(store)
    assert [entry.body for entry in await asyncio.gather(near.look("a"), near.look("a")) if isinstance(entry, Entry)]
    await redis.hdel(ENTRY, "body")
    found = await near.look("a")
    assert isinstance(found, Entry)
    assert found.body == b"long"


async def test_a_large_body_lies_there_compressed(redis: Redis, store: RedisResponses) -> None:
    await kept(store, "a", page(b'{"id":1}' * 2000))
    assert await redis.hstrlen(ENTRY, "body") < 1000


async def test_whatever_is_kept_ends_by_itself_and_drops_need_bounded_room(redis: Redis, store: RedisResponses) -> None:
    await kept(store, "a", page(b"{}", SHOE, freshness=Freshness(fresh=10, while_refreshed=5, if_failing=50)))
    await leased(store, "b")
    assert 59_000 < await redis.pttl(ENTRY) <= 60_000
    assert 0 < await redis.pttl(f"{PREFIX}lease:b") <= LEASED_FOR * 1000
    for first in range(0, 100_000, 10_000):
        await store.drop([tags.stock(f"SKU-{number}") for number in range(first, first + 10_000)])
    assert await redis.hlen(EPOCHS) <= tags.SLOTS + 3
    assert set(await redis.keys("*")) <= {EPOCHS.encode(), ENTRY.encode(), f"{PREFIX}lease:b".encode()}


@pytest.mark.parametrize("loss", ["evicted", "another server's", "half"])
async def test_when_the_drops_are_lost_so_is_everything_kept(redis: Redis, store: RedisResponses, loss: str) -> None:
    await kept(store, "a", page(b"{}", SHOE))
    lease = await leased(store, "b")
    if loss == "evicted":
        await redis.delete(EPOCHS)
    elif loss == "half":
        await redis.hdel(EPOCHS, "clock")
    else:
        await redis.hset(EPOCHS, "run", "0" * 40)
    await store.drop([SHOE])
    assert await store.store(lease, page()) is Verdict.OUTDATED
    await kept(store, "a", page(b"new", SHOE))
    found = await store.look("a")
    assert isinstance(found, Entry)
    assert found.body == b"new"


async def test_a_server_that_restarts_with_what_it_had_saved_gives_none_of_it(
    redis_node: RedisNode, own_redis: Redis
) -> None:
    """A drop after the last save is lost with the crash: what it dropped would be there again."""
    store = responses(own_redis)
    await kept(store, "a", page(b"old", SHOE))
    await own_redis.save()
    await store.drop([SHOE])
    redis_node.kill()
    redis_node.start()
    await ping(own_redis)
    assert await own_redis.exists(ENTRY)
    assert isinstance(await store.look("a"), Lease)


async def test_a_clock_that_was_put_back_gives_nothing_from_the_future(store: RedisResponses) -> None:
    lease = await leased(store)
    ahead = type(lease)(
        key="a", token=lease.token, incarnation=lease.incarnation, clock=lease.clock, began=lease.began + 60_000
    )
    assert await store.store(ahead, page(freshness=AN_HOUR)) is Verdict.NOT_KEPT
    assert isinstance(await store.look("a"), Lease)


@pytest.mark.parametrize("key", [ENTRY, f"{PREFIX}lease:a"])
async def test_a_key_that_holds_something_else_hinders_nobody(redis: Redis, store: RedisResponses, key: str) -> None:
    await redis.lpush(key, "what another program wrote")
    assert isinstance(await store.look("a"), Lease | Busy)


@pytest.mark.parametrize("head", [b"", b"\xc1", b"\x80"], ids=["empty", "no message pack", "another map"])
async def test_a_head_that_cannot_be_read_is_none(redis: Redis, store: RedisResponses, head: bytes) -> None:
    await store.drop([SHOE])
    await kept(store, "b", page())
    await redis.hset(ENTRY, "head", head)
    await kept(store, "a", page(b"mine"))
    assert isinstance(await store.look("a"), Entry)


async def test_a_body_that_cannot_be_read_is_a_failure_that_is_known(redis: Redis, store: RedisResponses) -> None:
    await kept(store, "a", page(b"abc " * 1000))
    await redis.hset(ENTRY, "body", b"no zlib")
    with pytest.raises(Unavailable):
        await store.look("a")


async def test_scripts_are_loaded_again_when_redis_forgot_them(redis: Redis, store: RedisResponses) -> None:
    await kept(store, "a", page())
    await redis.script_flush()
    found = await asyncio.gather(*(store.look(key) for key in "aabb"))
    assert [type(one) for one in found] == [Entry, Entry, Lease, Busy]


async def test_it_says_that_redis_is_away() -> None:
    client = connect(RedisSettings(url=NO_REDIS))
    store = responses(client)
    results = await asyncio.gather(store.look("a"), store.drop(["b"]), store.clear(), return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable] * 3
    await client.aclose()
