"""An order's way through the whole system: repeated, cancelled, shipped, delivered."""

import asyncio

from tests.integration.shop import PATIENCE, Shop, ended

REPEATS = 20


async def test_the_same_key_at_once_is_one_order_charged_once(shop: Shop) -> None:
    (sku,) = await shop.products(1, stock=REPEATS)
    buyer = await shop.customer()
    wish = shop.wish({sku: 1})

    answers = await asyncio.gather(*(buyer.place(wish) for _ in range(REPEATS)))

    (order_id,) = {answer.accepted().id for answer in answers}
    assert (await ended(buyer, answers[0])).status == "CONFIRMED"
    assert await shop.done_by_provider(order_id) == ["authorization", "capture"]
    assert await shop.ops.available(sku) == REPEATS - 1


async def test_the_same_key_with_another_input_is_refused(shop: Shop) -> None:
    (sku,) = await shop.products(1, stock=5)
    buyer = await shop.customer()
    wish = shop.wish({sku: 1})
    first = await buyer.place(wish)

    second = await buyer.place(type(wish)(lines={sku: 2}, key=wish.key))

    assert (second.order, second.codes) == (None, ("IDEMPOTENCY_MISMATCH",))
    assert (await ended(buyer, first)).status == "CONFIRMED"
    assert await shop.ops.available(sku) == 4


async def test_cancelled_while_the_bank_thinks_costs_nothing(shop: Shop) -> None:
    (sku,) = await shop.products(1, stock=1)
    buyer = await shop.customer()
    placed = (await buyer.place(shop.wish({sku: 1}, "pm_sandbox_slow"))).accepted()
    assert await shop.ops.available(sku) == 0

    await buyer.cancel(placed.id)

    assert (await buyer.order_in(placed.id, ("CANCELLED",), PATIENCE)).status == "CANCELLED"
    assert "capture" not in await shop.done_by_provider(placed.id)
    assert await shop.ops.available(sku) == 1


async def test_cancelled_after_payment_gives_money_and_goods_back(shop: Shop) -> None:
    (sku,) = await shop.products(1, stock=1)
    buyer = await shop.customer()
    order = await ended(buyer, await buyer.place(shop.wish({sku: 1})))
    assert order.status == "CONFIRMED"

    cancelled = (await buyer.cancel(order.id)).accepted()

    assert cancelled.status == "CANCELLED"
    assert await shop.done_by_provider(order.id) == ["authorization", "capture", "refund"]
    assert await shop.ops.available(sku) == 1


async def test_a_delivered_order_is_closed(shop: Shop) -> None:
    (sku,) = await shop.products(1, stock=1)
    buyer = await shop.customer()
    order = await ended(buyer, await buyer.place(shop.wish({sku: 1})))

    assert (await shop.ops.ship(order.id)).accepted().status == "SHIPPED"
    assert (await buyer.cancel(order.id)).codes == ("NOT_CANCELLABLE",)
    assert (await shop.ops.deliver(order.id)).accepted().status == "DELIVERED"
    assert (await buyer.cancel(order.id)).codes == ("NOT_CANCELLABLE",)
    assert await shop.done_by_provider(order.id) == ["authorization", "capture"]
