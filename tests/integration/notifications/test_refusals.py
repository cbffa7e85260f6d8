"""The mail server refuses: all that comes from us, so that the lane pauses; or one message, which a person replays."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from cli.doctor.lanes import check_lanes
from cli.stack.checks import SetOtherwise
from services.infra.settings import MongoSettings
from tests.integration.events.effects import opened_books
from tests.integration.notifications.desk import LOOK_EVERY, Desk, is_sent
from tests.integration.shop import PATIENCE
from tests.support.smtp_server import At

BLOCKED = "550 5.7.1 your address is on our list"
UNWANTED = "554 5.6.0 we do not like what it says"


async def test_a_lane_that_is_refused_pauses_and_goes_on_with_nothing_lost(desk: Desk) -> None:
    buyers = [await desk.welcomed() for _ in range(2)]
    before = len(desk.server.taken)
    desk.server.on(At.SENDER, BLOCKED)
    orders = [await desk.order(buyers[0][0])]
    paused = await lane_is(desk, "CRITICAL", paused=True)
    orders.append(await desk.order(buyers[1][0]))
    assert "550 5.7.1" in paused["detail"]
    with pytest.raises(SetOtherwise, match=r"critical is paused since .*550 5\.7\.1.*notifications resume critical"):
        await check_lanes(MongoSettings(url=desk.stack.addresses().mongo))

    desk.server.forgive()
    # It may have found out by itself while the command began.
    assert (await desk.command("notifications", "resume", "critical"))["lane"] == "CRITICAL"

    for order in orders:
        await desk.until(order.id, is_sent)
    await lane_is(desk, "CRITICAL", paused=False)
    assert await check_lanes(MongoSettings(url=desk.stack.addresses().mongo)) == "both send"
    assert sorted(desk.readers()[before:]) == sorted(address for _, address in buyers)
    # Nobody's address is blamed for what is about us.
    assert await desk.database.collection("suppressions").count_documents({}) == 0


async def test_a_paused_lane_finds_out_by_itself_that_it_is_taken_again(desk: Desk) -> None:
    buyer, address = await desk.welcomed()
    desk.server.on(At.GREETING, "554 5.7.1 we know you", times=2)
    desk.server.on(At.SENDER, BLOCKED, times=2)
    order = await desk.order(buyer)

    (confirmation,) = await desk.until(order.id, is_sent)

    assert confirmation["attempts"] > 1
    assert desk.readers().count(address) == 2
    await lane_is(desk, "CRITICAL", paused=False)


async def test_a_message_that_failed_is_a_dead_letter_of_its_order_and_sent_when_replayed(desk: Desk) -> None:
    buyer, address = await desk.welcomed()
    desk.server.on(At.DOT, UNWANTED, about=address)
    order = await desk.order(buyer)
    (failed,) = await desk.until(order.id, lambda message: message["status"] == "FAILED")
    assert failed["reason"] == "CONTENT_REFUSED"
    letter = await letter_of(desk, order.id)
    assert letter["errorMessage"] == "the message was not sent: CONTENT_REFUSED"

    desk.server.forgive()
    await desk.command("dlq", "replay", letter["id"])

    (sent,) = await desk.until(order.id, is_sent)
    assert (sent["_id"], sent["attempts"]) == (failed["_id"], 2)
    assert desk.taken()[sent["_id"]] == 1
    assert (await letter_of(desk, order.id))["status"] == "REPLAYED"


async def test_ops_lifts_the_suppression_of_an_address_that_works_again(desk: Desk) -> None:
    buyer, address = await desk.welcomed()
    desk.server.on(At.RECIPIENT, "550 5.1.1 there is nobody here", about=address)
    first = await desk.order(buyer)
    (refused,) = await desk.until(first.id, lambda message: message["status"] == "SKIPPED")
    assert refused["reason"] == "ADDRESS_REFUSED"
    desk.server.forgive()
    (skipped,) = await desk.until((await desk.order(buyer)).id, lambda message: message["status"] == "SKIPPED")
    assert skipped["reason"] == "SUPPRESSED"

    user = refused["user_id"]
    assert await desk.command("notifications", "lift", user, "--reason", "a test") == {"userId": user, "lifted": True}

    await desk.until((await desk.order(buyer)).id, is_sent)
    assert await desk.database.collection("suppressions").count_documents({}) == 0
    assert (await desk.command("notifications", "lift", user, "--reason", "a test"))["lifted"] is False
    async with opened_books(desk.stack.addresses()) as books:
        trail = books.of("users").collection("audit")
        records = await trail.find({"action": "liftSuppression"}).to_list(None)
    assert [record["outcome"] for record in records] == ["DONE", "DONE"]
    assert {each["name"]: each["value"] for each in records[0]["arguments"]} == {"userId": user, "reason": "a test"}


async def lane_is(desk: Desk, name: str, *, paused: bool) -> Mapping[str, Any]:
    """The lane, once it is so."""
    async with asyncio.timeout(PATIENCE):
        while (lane := (await desk.lanes())[name])["paused"] is not paused:  # noqa: ASYNC110 (another process does it)
            await asyncio.sleep(LOOK_EVERY)
    return lane


async def letter_of(desk: Desk, order_id: str) -> Mapping[str, Any]:
    """The dead letter of a message about the order, once it is in the store."""
    words = ("dlq", "list", "--letters", "--where", "consumer=failed-notifications", "--where", "status=all")
    async with asyncio.timeout(PATIENCE):
        while True:
            for letter in await desk.command(*words):
                if letter["correlationId"] == order_id:
                    found: Mapping[str, Any] = letter
                    return found
            await asyncio.sleep(LOOK_EVERY)
