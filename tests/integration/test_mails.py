"""An order's whole life gives exactly its mails, whatever dies meanwhile; each can be told why it got what it got."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest

from cli.shop_client import ShopClient
from services.infra.mongo import Document
from tests.integration.crashes import Progress, kill_services_at
from tests.integration.events.effects import Books, opened_books
from tests.integration.post import Letter, Post, kinds
from tests.integration.shop import PATIENCE, Shop, ended
from tests.support.stack import Stack

SEED = 20261124
LOOK_EVERY = 0.2
ENDED = ("SENT", "SKIPPED", "FAILED")


@pytest.fixture
def post(stack: Stack) -> Post:
    return Post(stack.addresses())


@pytest.fixture
async def books(stack: Stack) -> AsyncIterator[Books]:
    async with opened_books(stack.addresses()) as opened:
        yield opened


async def rows_to(books: Books, address: str, count: int) -> Sequence[Document]:
    """What notifications know of the messages to somebody, once so many have ended."""
    messages = books.of("notifications").collection("messages")
    async with asyncio.timeout(PATIENCE):
        while await messages.count_documents({"to": address, "status": {"$in": ENDED}}) < count:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY)
    return list(await messages.find({"to": address}).to_list(None))


async def test_an_orders_whole_life_is_told_once_each(shop: Shop, post: Post, books: Books) -> None:
    (sku,) = await shop.products(1, stock=5)
    buyer, address = await shop.reader()
    await post.until(address, 1)
    order = await ended(buyer, await buyer.place(shop.wish({sku: 2})))
    await post.until(address, 2)
    (await shop.ops.ship(order.id)).accepted()
    await post.until(address, 3)
    (await shop.ops.deliver(order.id)).accepted()
    await post.until(address, 4)

    rows = await rows_to(books, address, 4)

    letters = post.to(address)
    assert kinds(letters) == ["welcome", "confirmed", "on its way", "arrived"]
    assert f"Thing {sku}" in letters[1].text
    assert "25.00 EUR" in letters[1].text
    assert [(row["status"], row["attempts"]) for row in rows] == [("SENT", 1)] * 4
    assert {row["correlation_id"] for row in rows} >= {order.id}


@pytest.mark.parametrize(
    ("method", "told"), [("pm_card_visa", ["welcome", "confirmed", "cancelled"]), ("pm_card_chargeDeclined", [])]
)
async def test_an_order_that_comes_to_nothing_is_told_too(
    shop: Shop, post: Post, books: Books, method: str, told: list[str]
) -> None:
    (sku,) = await shop.products(1, stock=1)
    buyer, address = await shop.reader()
    await post.until(address, 1)
    order = await ended(buyer, await buyer.place(shop.wish({sku: 1}, method)))
    if order.status == "CONFIRMED":
        await post.until(address, 2)
        (await buyer.cancel(order.id)).accepted()
    told = told or ["welcome", "could not"]

    await post.until(address, len(told))

    assert len(await rows_to(books, address, len(told))) == len(told)
    assert kinds(post.to(address)) == told


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("orders", "crashes"), [(12, 1), pytest.param(100, 6, marks=pytest.mark.heavy)])
async def test_every_order_is_told_once_though_the_services_are_killed(
    shop: Shop, stack: Stack, post: Post, books: Books, orders: int, crashes: int
) -> None:
    skus = await shop.products(5, stock=1000)
    readers = [await shop.reader() for _ in range(orders)]
    progress, chance = Progress(), random.Random(SEED)  # noqa: S311 (which moments, no secret)
    moments = sorted(chance.sample(range(1, orders), crashes))
    crashing = asyncio.create_task(kill_services_at(stack, progress, *moments))

    async def buy(buyer: ShopClient) -> None:
        answer = await buyer.place(shop.wish({chance.choice(skus): 1}))
        await progress.step()
        await ended(buyer, answer)

    await asyncio.gather(*(buy(buyer) for buyer, _ in readers))
    assert await crashing == crashes

    for _, address in readers:
        rows = await rows_to(books, address, 2)
        letters = post.to(address)
        assert sorted(kinds(_each_once(letters))) == ["confirmed", "welcome"]
        assert {row["status"] for row in rows} == {"SENT"}
        # What came twice is known to have been in doubt: its process was killed while the mail server answered.
        twice = [count for count in Counter(letter.message_id for letter in letters).values() if count > 1]
        assert len(twice) <= sum(row["unknown_attempts"] > 0 for row in rows)


def _each_once(letters: Sequence[Letter]) -> Sequence[Letter]:
    """As a reader sees them: what has the same Message-ID is the same mail."""
    return list({letter.message_id: letter for letter in letters}.values())
