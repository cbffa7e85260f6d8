"""What is watched is shown as it is, then as it becomes: told by notices, and found without them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.infra.notices import Announcer, Changed, Notice
from services.infra.redis import connect
from services.infra.settings import RedisSettings
from services.orders.models import OrderStatus
from services.shared.errors import Unavailable
from tests.live.house import House, opened, quick
from tests.live.redis_node import RedisNode
from tests.live.subscriber import ORDER, STOCK, connected, subscribed

SOON = 1.0
"""Seconds: a change is shown within this time of its notice."""


@asynccontextmanager
async def announcer(url: str) -> AsyncIterator[Announcer]:
    redis = connect(RedisSettings(url=url))
    yield Announcer(redis)
    await redis.aclose()


async def hearing(house: House, *, hears: bool = True) -> None:
    """Waits until the gateway hears Redis, or does not."""
    async with asyncio.timeout(10):
        while metric("caravan_live_hearing", await metrics_of(house)) != hears:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def metrics_of(house: House) -> str:
    return (await house.world.wire.send("GET", "/metrics")).body.decode()


def metric(name: str, metrics: str) -> float:
    """The sum over all labels."""
    lines = [line for line in metrics.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


async def test_a_notice_shows_the_change_soon_and_a_late_one_nothing(redis_node: RedisNode) -> None:
    async with opened(quick(), redis_node.url) as house, announcer(redis_node.url) as announcer_:
        await hearing(house)
        async with subscribed(house.url, None, STOCK, skus=["ink", "pen"]) as client:
            assert {(await client.state())["sku"] for _ in range(2)} == {"ink", "pen"}
            left = await house.sell("ink", 3)
            await announcer_.tell(Notice(kind=Changed.STOCK, id="ink", version=2))
            assert await client.state(SOON) == {"sku": "ink", "available": left}
            reads = metric("caravan_live_reads_total", await metrics_of(house))
            await announcer_.tell(Notice(kind=Changed.STOCK, id="ink", version=2))
            await announcer_.tell(Notice(kind=Changed.STOCK, id="ink", version=1))
            await announcer_.tell(Notice(kind=Changed.STOCK, id="not-watched", version=9))
            assert await client.hears_nothing(0.3)
            assert metric("caravan_live_reads_total", await metrics_of(house)) == reads


async def test_a_payment_that_changes_shows_its_order_anew(redis_node: RedisNode) -> None:
    async with opened(quick(), redis_node.url) as house, announcer(redis_node.url) as announcer_:
        await hearing(house)
        order_id = await house.world.placed("mia")
        async with subscribed(house.url, house.world.tokens["mia"], ORDER, id=order_id) as mia:
            assert (await mia.state())["payment"] == {"status": "CAPTURED"}
            payment = await house.refund(order_id)
            await announcer_.tell(Notice(kind=Changed.PAYMENT, id=order_id, version=payment.version))
            assert (await mia.state(SOON))["payment"] == {"status": "REFUNDED"}


async def test_however_many_watch_a_notice_is_read_once(redis_node: RedisNode) -> None:
    async with opened(quick(), redis_node.url) as house, announcer(redis_node.url) as announcer_:
        await hearing(house)
        async with connected(house.url) as client:
            await client.begin()
            for number in range(20):
                await client.subscribe(STOCK, str(number), skus=["ink"])
            for _ in range(20):
                await client.state()
            house.world.shop.counted()
            await house.sell("ink")
            await announcer_.tell(Notice(kind=Changed.STOCK, id="ink", version=2))
            assert [(await client.state(SOON))["available"] for _ in range(20)] == [99] * 20
            assert house.world.shop.counted()["inventory.stock_of"] == 1


@pytest.mark.parametrize("loss", ["connection", "killed", "frozen"])
async def test_what_was_missed_while_redis_was_away_is_healed(redis_node: RedisNode, loss: str) -> None:
    """Nobody ever tells of the change: only a read can find it."""
    async with opened(quick(look_every_alone=30), redis_node.url) as house:
        await hearing(house)
        async with subscribed(house.url, None, STOCK, skus=["ink"]) as client:
            await client.state()
            if loss == "connection":
                await house.sell("ink")
                redis_node.drop_connections()
            elif loss == "killed":
                redis_node.kill()
                await hearing(house, hears=False)
                await house.sell("ink")
                redis_node.start()
            else:
                redis_node.freeze()
                await hearing(house, hears=False)
                await house.sell("ink")
                redis_node.thaw()
            assert (await client.until(available=99))["sku"] == "ink"
            assert metric("caravan_live_healed_total", await metrics_of(house)) == 1


async def test_a_notice_that_nobody_heard_is_healed_by_the_next_look(redis_node: RedisNode) -> None:
    async with opened(quick(look_every=0.3), redis_node.url) as house:
        await hearing(house)
        async with subscribed(house.url, None, STOCK, skus=["ink"]) as client:
            await client.state()
            await house.sell("ink")
            assert (await client.state(SOON))["available"] == 99


async def test_without_redis_changes_show_soon_all_the_same(house: House) -> None:
    async with subscribed(house.url, None, STOCK, skus=["ink"]) as client:
        await client.state()
        await house.sell("ink")
        assert (await client.state(SOON))["available"] == 99


async def test_an_order_of_somebody_else_cannot_be_watched_and_ops_may(house: House) -> None:
    order_id = await house.world.placed("mia")
    tokens = house.world.tokens
    answers = []
    for order in (order_id, "nothing"):
        async with subscribed(house.url, tokens["ben"], ORDER, id=order) as ben:
            answers.append((await ben.hear())["payload"])
    assert answers[0] == answers[1]
    assert answers[0][0]["extensions"]["code"] == "NOT_FOUND"
    async with subscribed(house.url, tokens["ops"], ORDER, id=order_id) as ops:
        assert (await ops.state())["id"] == order_id


async def test_a_sku_that_comes_to_be_is_shown_then(house: House) -> None:
    async with subscribed(house.url, None, STOCK, skus=["quill"]) as client:
        assert await client.hears_nothing(0.3)
        await house.world.shop.stock_up("quill")
        assert await client.state() == {"sku": "quill", "available": 100}


async def test_a_service_away_is_said_at_the_start_and_waited_for_later(house: House) -> None:
    inventory = house.world.shop.watched["inventory"]
    async with subscribed(house.url, None, STOCK, skus=["ink"]) as client:
        await client.state()
        inventory.faults["stock_of"] = Unavailable("inventory")
        await client.subscribe(STOCK, "2", skus=["pen"])
        message = await client.hear()
        assert (message["id"], message["payload"][0]["extensions"]["code"]) == ("2", "UNAVAILABLE")
        await house.sell("ink")
        assert await client.hears_nothing(0.5)
        inventory.faults.clear()
        assert (await client.state())["available"] == 99


async def test_a_payment_that_cannot_be_read_costs_its_field_only(house: House) -> None:
    order_id = await house.world.placed("mia")
    faults = house.world.shop.watched["payments"].faults
    faults |= dict.fromkeys(("payments_of", "visible_payments"), Unavailable("payments"))
    async with subscribed(house.url, house.world.tokens["mia"], ORDER, id=order_id) as mia:
        payload = (await mia.hear())["payload"]
        assert payload["data"]["orderUpdated"] == {"id": order_id, "status": "CONFIRMED", "payment": None}
        assert payload["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        await house.advance(order_id, OrderStatus.SHIPPED)
        assert (await mia.hear())["payload"]["data"]["orderUpdated"]["status"] == "SHIPPED"


async def test_over_http_a_subscription_is_refused(house: House) -> None:
    answer = await house.world.ask('subscription { stockChanged(skus: ["ink"]) { sku } }')
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "WebSocket" in answer["errors"][0]["message"]
