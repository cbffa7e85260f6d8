"""graphql-transport-ws, message by message and code by code, over a real socket."""

from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from services.infra.settings import Profile
from services.orders.models import OrderStatus
from tests.live.house import House, opened, quick
from tests.live.subscriber import ORDER, STOCK, connected, subscribed


async def test_who_does_not_speak_the_protocol_is_told_so(house: House) -> None:
    async with connected(house.url, subprotocols=None) as stranger:
        assert await stranger.closed() == (4406, "speak graphql-transport-ws")


async def test_who_does_not_begin_is_closed_in_time() -> None:
    async with opened(quick(init_within=0.1)) as house, connected(house.url) as silent:
        await silent.say({"type": "ping"})
        assert await silent.hear() == {"type": "pong"}
        assert await silent.closed() == (4408, "connection initialisation timeout")


async def test_nothing_is_subscribed_to_before_the_beginning(house: House) -> None:
    async with connected(house.url) as hasty:
        await hasty.subscribe(STOCK, skus=["ink"])
        assert await hasty.closed() == (4401, "unauthorized")


async def test_one_begins_once(house: House) -> None:
    async with connected(house.url) as twice:
        await twice.begin()
        await twice.say({"type": "connection_init"})
        assert await twice.closed() == (4429, "too many initialisation requests")


async def test_an_empty_operation_name_is_none(house: House) -> None:
    async with connected(house.url) as nameless:
        await nameless.begin()
        payload = {"query": STOCK, "variables": {"skus": ["ink"]}, "operationName": ""}
        await nameless.say({"type": "subscribe", "id": "1", "payload": payload})
        assert await nameless.state() == {"sku": "ink", "available": 100}


async def test_an_id_is_used_once_at_a_time(house: House) -> None:
    async with subscribed(house.url, None, STOCK, skus=["ink"]) as twice:
        assert await twice.state() == {"sku": "ink", "available": 100}
        await twice.subscribe(STOCK, skus=["pen"])
        assert await twice.closed() == (4409, "subscriber for 1 already exists")


@pytest.mark.parametrize(
    "message",
    [
        "no JSON",
        "[]",
        "{}",
        b"bytes",
        {"type": "connection_terminate"},
        {"type": "subscribe", "id": "", "payload": {"query": "{ me { id } }"}},
        {"type": "subscribe", "id": "x" * 101, "payload": {"query": "{ me { id } }"}},
        {"type": "subscribe", "id": 7, "payload": {"query": "{ me { id } }"}},
        {"type": "subscribe", "payload": {"query": "{ me { id } }"}},
        {"type": "subscribe", "id": "1", "payload": {"query": 5}},
        {"type": "subscribe", "id": "1"},
        {"type": "complete"},
        {"type": "connection_init", "payload": ["a", "list"]},
        {"type": "connection_init", "payload": {"Authorization": 5}},
    ],
)
async def test_a_message_that_is_none_closes(house: House, message: Any) -> None:  # noqa: ANN401 (JSON)
    async with connected(house.url) as mistaken:
        await mistaken.say(message)
        code, reason = await mistaken.closed()
        assert (code, reason.partition(":")[0]) == (4400, "invalid message")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c"])
async def test_a_token_that_is_none_closes(house: House, token: str) -> None:
    async with connected(house.url) as forger:
        await forger.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        code, reason = await forger.closed()
        assert (code, reason.partition(":")[0]) == (4403, "forbidden")


async def test_the_token_may_be_spelt_as_in_http(house: House) -> None:
    order_id = await house.world.placed("mia")
    async with connected(house.url) as mia:
        token = f"bearer {house.world.tokens['mia']}"
        await mia.say({"type": "connection_init", "payload": {"authorization": token}})
        await mia.hear()
        await mia.subscribe(ORDER, id=order_id)
        assert (await mia.state())["id"] == order_id


async def test_a_token_that_expires_closes(house: House) -> None:
    house.world.shop.clock.advance(timedelta(minutes=15) - timedelta(seconds=0.5))
    async with subscribed(house.url, house.world.tokens["mia"], STOCK, skus=["ink"]) as mia:
        assert (await mia.state())["sku"] == "ink"
        assert await mia.closed() == (4403, "forbidden: the access token has expired")


async def test_pings_are_answered_and_pongs_are_not(house: House) -> None:
    async with connected(house.url) as client:
        await client.begin()
        await client.say({"type": "pong", "payload": {}})
        await client.say({"type": "ping", "payload": {"any": "thing"}})
        assert await client.hear() == {"type": "pong"}


async def test_a_completed_subscription_says_no_more_and_its_id_is_free(house: House) -> None:
    async with subscribed(house.url, None, STOCK, skus=["ink"]) as client:
        await client.state()
        await client.say({"type": "complete", "id": "1"})
        await client.say({"type": "complete", "id": "unknown"})
        await house.sell("ink")
        assert await client.hears_nothing(0.5)
        await client.subscribe(STOCK, skus=["pen"])
        assert (await client.state())["sku"] == "pen"


async def test_an_order_at_its_end_completes_and_its_id_is_free(house: House) -> None:
    order_id = await house.world.placed("mia")
    async with subscribed(house.url, house.world.tokens["mia"], ORDER, id=order_id) as mia:
        assert (await mia.state())["status"] == "CONFIRMED"
        await house.advance(order_id, OrderStatus.CANCELLED)
        assert (await mia.state())["status"] == "CANCELLED"
        assert await mia.hear() == {"id": "1", "type": "complete"}
        await mia.subscribe(ORDER, id=order_id)
        assert (await mia.state())["status"] == "CANCELLED"
        assert await mia.hear() == {"id": "1", "type": "complete"}


REFUSED = {
    "not a document": ("subscription {", "BAD_USER_INPUT"),
    "no such field": ("subscription { nothing }", "BAD_USER_INPUT"),
    "two fields at once": (
        'subscription { a: stockChanged(skus: ["ink"]) { sku } b: stockChanged(skus: ["pen"]) { sku } }',
        "BAD_USER_INPUT",
    ),
    "a query": ("{ me { id } }", "BAD_USER_INPUT"),
    "a mutation": ('mutation { cancelOrder(id: "1") { errors { code } } }', "BAD_USER_INPUT"),
    "no SKU": ("subscription { stockChanged(skus: []) { sku } }", "BAD_USER_INPUT"),
    "a SKU of nothing": ('subscription { stockChanged(skus: [""]) { sku } }', "BAD_USER_INPUT"),
    "somebody's order, unknown who asks": ('subscription { orderUpdated(id: "1") { id } }', "UNAUTHENTICATED"),
    "too deep": ("subscription " + "{ orderUpdated " * 30 + "}" * 30, "QUERY_TOO_COMPLEX"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_subscribed_to_is_refused_and_the_socket_stays(house: House, name: str) -> None:
    document, code = REFUSED[name]
    async with connected(house.url) as client:
        await client.begin()
        await client.subscribe(document)
        message = await client.hear()
        assert (message["id"], message["type"]) == ("1", "error")
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        await client.subscribe(STOCK, skus=["ink"])
        assert (await client.state())["sku"] == "ink"


async def test_a_hundred_skus_may_be_watched_and_no_more(house: House) -> None:
    skus = ["ink", *(f"sku-{number}" for number in range(99))]
    async with subscribed(house.url, None, STOCK, skus=skus) as client:
        assert (await client.state())["sku"] == "ink"
        await client.subscribe(STOCK, "2", skus=[*skus, "one-more"])
        message = await client.hear()
        assert (message["id"], message["type"]) == ("2", "error")


async def test_a_socket_has_so_many_subscriptions_and_no_more() -> None:
    async with opened(quick(subscriptions=2)) as house, connected(house.url) as client:
        await client.begin()
        for subscription in ("1", "2", "3"):
            await client.subscribe(STOCK, subscription, skus=["ink"])
        heard = {message["id"]: message for message in [await client.hear() for _ in range(3)]}
        assert [heard[subscription]["type"] for subscription in ("1", "2", "3")] == ["next", "next", "error"]
        assert heard["3"]["payload"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"


async def test_a_full_house_says_when_to_come_back() -> None:
    async with opened(quick(sockets=1)) as house, connected(house.url) as first:
        await first.begin()
        with pytest.raises(InvalidStatus) as refused:
            async with connected(house.url):
                pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "10"


async def test_a_message_may_be_so_large_and_no_larger(house: House) -> None:
    async with connected(house.url) as client:
        await client.say("x" * (256 * 1024 + 1))
        code, _ = await client.closed()
        assert code == 1009


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://shop.example", 101), ("own", 101), (None, 101), ("https://evil.example", 403), ("null", 403)],
)
async def test_in_production_pages_of_other_sites_are_kept_out(origin: str | None, status: int) -> None:
    async with opened(profile=Profile.PRODUCTION) as house:
        try:
            async with connected(house.url, origin=house.url if origin == "own" else origin) as page:
                await page.begin()
                assert status == 101
        except InvalidStatus as refused:
            assert refused.response.status_code == status  # noqa: PT017 (either may be expected)
