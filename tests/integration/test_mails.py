"""An order's whole life gives exactly its mails, whatever dies meanwhile; each can be told why it got what it got."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from cli.shop_client import ShopClient
from cli.shop_views import OrderAnswer
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


@dataclass(frozen=True, slots=True)
class Life:
    """What happens to an order: how it is paid, what is done with it then, and what its customer reads of it."""

    method: str
    moves: Mapping[str, Callable[[ShopClient, ShopClient, str], Awaitable[OrderAnswer]]]
    told: Sequence[str]


LIVES = {
    "delivered": Life(
        "pm_card_visa",
        {
            "SHIPPED": lambda _, ops, order_id: ops.ship(order_id),
            "DELIVERED": lambda _, ops, order_id: ops.deliver(order_id),
        },
        ["arrived", "confirmed", "on its way", "welcome"],
    ),
    "cancelled": Life(
        "pm_card_visa",
        {"CANCELLED": lambda buyer, _, order_id: buyer.cancel(order_id)},
        ["cancelled", "confirmed", "welcome"],
    ),
    "declined": Life("pm_card_chargeDeclined", {}, ["could not", "welcome"]),
}
IN_TURN = [LIVES[name] for name in ("delivered", "cancelled", "delivered", "declined")]


async def lived(shop: Shop, progress: Progress, buyer: ShopClient, sku: str, life: Life) -> None:
    """From its placing to its end, each step whatever dies meanwhile."""
    order = await ended(buyer, await buyer.place(shop.wish({sku: 1}, life.method)))
    await progress.step()
    for status, move in life.moves.items():
        async with asyncio.timeout(PATIENCE):
            # Refused while the order is still on its way there, and after a crash because it is done: the order tells.
            while (await buyer.order(order.id)).status != status:
                await move(buyer, shop.ops, order.id)
        await progress.step()


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("orders", "crashes"), [(12, 1), (100, 6)])
async def test_every_life_is_told_once_though_the_services_are_killed(
    shop: Shop, stack: Stack, post: Post, books: Books, orders: int, crashes: int
) -> None:
    skus = await shop.products(5, stock=1000)
    readers = [await shop.reader() for _ in range(orders)]
    lives = [IN_TURN[number % len(IN_TURN)] for number in range(orders)]
    progress, chance = Progress(), random.Random(SEED)  # noqa: S311 (which moments, no secret)
    steps = sum(1 + len(life.moves) for life in lives)
    crashing = asyncio.create_task(kill_services_at(stack, progress, *sorted(chance.sample(range(1, steps), crashes))))
    await asyncio.gather(
        *(
            lived(shop, progress, buyer, chance.choice(skus), life)
            for (buyer, _), life in zip(readers, lives, strict=True)
        )
    )
    assert await crashing == crashes

    for (_, address), life in zip(readers, lives, strict=True):
        rows = await rows_to(books, address, len(life.told))
        letters = post.to(address)
        assert sorted(kinds(_each_once(letters))) == life.told
        assert [row["status"] for row in rows] == ["SENT"] * len(life.told)
        # What came twice is known to have been in doubt: its process was killed while the mail server answered.
        twice = [count for count in Counter(letter.message_id for letter in letters).values() if count > 1]
        assert len(twice) <= sum(row["unknown_attempts"] > 0 for row in rows)


def _each_once(letters: Sequence[Letter]) -> Sequence[Letter]:
    """As a reader sees them: what has the same Message-ID is the same mail."""
    return list({letter.message_id: letter for letter in letters}.values())
