"""Events, a Redis that is killed and comes back, and what is kept in it: nobody is given what an event made void."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.infra.redis import connect
from services.infra.redis_calls.scripts import RedisScripts
from services.infra.response_cache.models import Entry, Freshness, Lease, Page, Verdict
from services.infra.response_cache.ports import ResponseStore
from services.infra.response_cache.redis_store import RedisResponses
from services.infra.settings import RedisSettings
from services.shared.errors import Unavailable
from services.shared.events import Event
from services.shared.ids import SortableIds
from services.shared.receipts import Delivery, Handler, Receipt
from tests.live.redis_node import RedisNode
from tests.support.doubles import StandingClock
from workers.cache_drops import CacheDrops

NOW = StandingClock().now()
LONG = Freshness(fresh=60)


@pytest.fixture
def redis_node(tmp_path: Path) -> Iterator[RedisNode]:
    node = RedisNode(tmp_path)
    node.start()
    yield node
    node.kill()


@pytest.fixture
async def kept(redis_node: RedisNode) -> AsyncIterator[ResponseStore]:
    redis = connect(RedisSettings(url=redis_node.url))
    yield RedisResponses(RedisScripts(redis), SortableIds())
    await redis.aclose()


@pytest.fixture
def consumer(kept: ResponseStore) -> Handler:
    return CacheDrops(kept, StandingClock()).of("live-stock")


def sold(sku: str) -> Delivery:
    data = {"sku": sku, "onHand": 3, "reserved": 0, "available": 3, "quantity": 1}
    event = Event(id="e1", type="stock.committed.v1", subject=sku, sequence=1, time=NOW, data=data)
    return Delivery(event=event, receipt=Receipt(consumer="live-stock", event_id=event.id, at=NOW))


async def leased(kept: ResponseStore, key: str) -> Lease:
    found = await kept.look(key)
    assert isinstance(found, Lease)
    return found


async def keep(kept: ResponseStore, key: str, *tags: str) -> None:
    page = Page(body=key.encode(), tags=frozenset(tags), freshness=LONG, cost=0.01)
    assert await kept.store(await leased(kept, key), page) is Verdict.STORED


async def test_what_shows_the_stock_is_void_and_what_does_not_is_not(kept: ResponseStore, consumer: Handler) -> None:
    await keep(kept, "ink with its stock", "product:p1", "stock:ink")
    await keep(kept, "ink without", "product:p1")
    await keep(kept, "pen with its stock", "product:p2", "stock:pen")
    slow = await leased(kept, "ink, read before it was sold")
    await consumer.handle([sold("ink")])
    assert isinstance(await kept.look("ink with its stock"), Lease)
    assert isinstance(await kept.look("ink without"), Entry)
    assert isinstance(await kept.look("pen with its stock"), Entry)
    old = Page(body=b"", tags=frozenset({"stock:ink"}), freshness=LONG, cost=0.01)
    assert await kept.store(slow, old) is Verdict.OUTDATED


async def test_an_event_waits_for_redis_and_nothing_kept_before_outlives_it(
    kept: ResponseStore, consumer: Handler, redis_node: RedisNode
) -> None:
    await keep(kept, "ink", "stock:ink")
    redis_node.kill()
    with pytest.raises(Unavailable):
        await consumer.handle([sold("ink")])
    redis_node.start()
    assert isinstance(await kept.look("ink"), Lease)
    await keep(kept, "pen", "stock:ink")
    await consumer.handle([sold("ink")])
    assert isinstance(await kept.look("pen"), Lease)
