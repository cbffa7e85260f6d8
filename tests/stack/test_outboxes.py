"""Events that were put aside: the doctor says that there are some, the command line which, and tries them again."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from cli.doctor.events import check_outboxes
from cli.outbox.run import Outboxes, outboxes_at, release, show_parked
from cli.stack.checks import SetOtherwise
from services.infra.mongo import Database, connect
from services.infra.outbox.lease import Lease
from services.infra.outbox.rows import Outbox, told
from services.infra.outbox.times import LeaseTimes
from services.infra.settings import MongoSettings
from services.shared.clock import SystemClock
from tests.infra.test_outbox import event

PATIENCE = 10.0
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[MongoSettings]:
    """A server on which orders alone have an outbox, with one event put aside and one that waits."""
    settings = MongoSettings(url=mongo_url, database_prefix=f"caravan_parked_{os.getpid()}_")
    client = connect(settings)
    orders = Database(client, f"{settings.database_prefix}orders")
    outbox = Outbox(orders)
    await outbox.prepare()
    await orders.write_all(told([event("e1", "o1", 1), replace(event("e2", "o1", 2), time=LONG_AGO)]))
    await outbox.park("e1", "it is too large", NOON)
    yield settings
    await client.drop_database(f"{settings.database_prefix}orders")
    client.close()


async def shown(outboxes: Outboxes) -> tuple[bool, str]:
    written = StringIO()
    return await show_parked(outboxes, Console(file=written)), written.getvalue()


async def test_what_was_put_aside_is_shown_and_released(mongo: MongoSettings) -> None:
    with pytest.raises(SetOtherwise, match=r"1 event of orders.*caravan outbox parked"):
        await check_outboxes(mongo)
    async with outboxes_at(mongo) as outboxes:
        assert list(outboxes) == ["orders"]
        assert await shown(outboxes) == (False, "orders    e1  it is too large\n")
        assert not await release(outboxes["orders"], "e2", Console(file=StringIO()))
        assert await release(outboxes["orders"], "e1", Console(file=StringIO()))
        assert await shown(outboxes) == (True, "No event was put aside.\n")
        assert await outboxes["orders"].count_waiting() == 2


async def test_what_waits_and_what_nobody_publishes_is_told(mongo: MongoSettings) -> None:
    with pytest.raises(
        SetOtherwise, match=r"no process publishes what orders tells.*; 1 event of orders not sent, for "
    ):
        await check_outboxes(mongo)
    client = connect(mongo)
    orders = Database(client, f"{mongo.database_prefix}orders")
    lease = Lease(orders, "us", SystemClock(), LeaseTimes())
    holding = asyncio.create_task(lease.keep())
    async with asyncio.timeout(PATIENCE):
        await lease.changed.wait()
    await Outbox(orders).mark_sent(["e2"], NOON)
    with pytest.raises(SetOtherwise) as told_of:
        await check_outboxes(mongo)
    assert str(told_of.value) == "1 event of orders can never be sent: `caravan outbox parked` says why"

    await Outbox(orders).release()
    await Outbox(orders).mark_sent(["e1"], NOON)
    assert await check_outboxes(mongo) == "no event put aside, none waits for long"
    holding.cancel()
    client.close()
