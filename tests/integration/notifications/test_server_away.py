"""The mail server is away: everything waits, nothing is lost, and critical messages go first when it is back."""

import asyncio

import pytest
from temporalio.client import Client

from tests.integration.campaigning import campaigning
from tests.integration.crashes import kill
from tests.integration.notifications.desk import LOOK_EVERY, Desk, has_ended, is_sent, waits
from tests.integration.shop import PATIENCE
from workers.stranded import EVERY
from workflows.names import notification_workflow_id

ORDERS = 30
SOON = 12.0
"""Seconds: the longest pause of a critical message between two tries, and a little more."""


async def critical_is_due_first(desk: Desk, order: str, campaign: str) -> None:
    """Returns when each critical message is tried again before any other."""
    async with asyncio.timeout(PATIENCE):
        while True:
            critical, standard = await desk.messages(order), await desk.messages(campaign)
            if max(each["next_try_at"] for each in critical) < min(each["next_try_at"] for each in standard):
                return
            await asyncio.sleep(LOOK_EVERY)


async def test_an_order_is_told_of_once_the_server_is_back(desk: Desk) -> None:
    buyer, address = await desk.welcomed()
    await desk.server.stop()
    order = await desk.order(buyer)
    await desk.until(order.id, waits)

    await desk.server.start()

    (confirmation,) = await desk.until(order.id, is_sent, SOON)
    assert confirmation["unknown_attempts"] == 0
    assert desk.readers().count(address) == 2


async def test_a_message_whose_workflow_was_terminated_is_taken_up_again(desk: Desk) -> None:
    buyer, address = await desk.welcomed()
    await desk.server.stop()
    order = await desk.order(buyer)
    (message,) = await desk.until(order.id, waits)
    client = await Client.connect(desk.stack.addresses().temporal)
    await client.get_workflow_handle(notification_workflow_id(message["source_id"])).terminate("a test")

    await desk.server.start()

    await desk.until(order.id, is_sent, 2 * EVERY)
    assert desk.readers().count(address) == 2


@pytest.mark.heavy
@pytest.mark.timeout(300)
async def test_critical_messages_go_first_when_the_server_is_back(desk: Desk) -> None:
    buyer, address = await desk.welcomed()
    async with campaigning(desk.stack.addresses(), 5) as office:
        await desk.server.stop()
        campaign = await office.create()
        await desk.until(campaign, waits)
        order = await desk.order(buyer)
        await desk.until(order.id, waits)
        await critical_is_due_first(desk, order.id, campaign)
        before = len(desk.server.taken)

        await desk.server.start()

        (confirmation,) = await desk.until(order.id, is_sent, SOON)
        promotions = await desk.until(campaign, is_sent)
        mails = desk.readers()[before:]
        assert mails[0] == address
        assert len(mails) == 1 + len(promotions)
        assert set(desk.taken().values()) == {1}
        assert not any(each["unknown_attempts"] for each in (confirmation, *promotions))
        ended = await office.until(campaign, lambda found: found["finishedAt"] is not None)
        assert (ended["status"], ended["sent"]) == ("COMPLETED", len(promotions))


@pytest.mark.heavy
@pytest.mark.timeout(900)
async def test_nothing_is_lost_in_an_outage_in_which_the_services_are_killed(desk: Desk) -> None:
    readers = [await desk.welcomed() for _ in range(ORDERS)]
    (sku,) = await desk.shop.products(1, stock=ORDERS)
    async with campaigning(desk.stack.addresses(), 300) as office:
        await desk.server.stop()
        campaign = await office.create()
        orders = await asyncio.gather(*(desk.order(buyer, sku) for buyer, _ in readers))
        for order in orders:
            await desk.until(order.id, waits)
        await kill(desk.stack, "services")

        await desk.server.start()

        for order in orders:
            (confirmation,) = await desk.until(order.id, is_sent)
            assert 1 <= desk.taken()[confirmation["_id"]] <= 1 + confirmation["unknown_attempts"]
        for promotion in await desk.until(campaign, has_ended, 300):
            # Whether one arrived that a process was killed over, nobody knows: it is not sent again.
            assert desk.taken()[promotion["_id"]] == int(is_sent(promotion))
            assert is_sent(promotion) or promotion["reason"] == "OUTCOME_UNKNOWN"
        ended = await office.until(campaign, lambda found: found["finishedAt"] is not None)
        assert ended["sent"] + ended["failed"] == ended["recipients"]
