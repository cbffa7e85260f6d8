"""The whole system stopped in the middle of its work and started again on the same data."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.integration.shop import broken_invariants, ended, ends, opened_shop
from tests.support.stack import running_stack

SLOW = 12


@pytest.mark.timeout(300)
async def test_open_orders_finish_after_a_restart(tmp_path: Path) -> None:
    async with running_stack(tmp_path) as stack, opened_shop(stack.addresses()) as shop:
        (sku,) = await shop.products(1, stock=SLOW + 1)
        buyer, wishes = await shop.customer(), [shop.wish({sku: 1}, "pm_sandbox_slow") for _ in range(SLOW)]
        answers = await asyncio.gather(*(buyer.place(wish) for wish in wishes))
        placed = [answer.accepted() for answer in answers]
        assert {order.status for order in placed} == {"RESERVED"}

    async with running_stack(tmp_path) as stack, opened_shop(stack.addresses()) as shop:
        outcome = await ends(shop.ops.order_in(order.id, ("CONFIRMED",)) for order in placed)
        assert outcome == Counter({"CONFIRMED": SLOW})
        buyer = await shop.customer()
        assert (await ended(buyer, await buyer.place(shop.wish({sku: 1})))).status == "CONFIRMED"
        assert await broken_invariants(stack.addresses()) == {}
