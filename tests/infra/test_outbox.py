"""The outbox: stored with the change, read in order, marked once published."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from services.infra.mongo import Database, Session
from services.infra.outbox.rows import Outbox
from services.shared.errors import Conflict
from services.shared.events import Event, Origin

NOON = datetime(2026, 11, 23, 12, 0, 0, 250000, tzinfo=UTC)
ORIGIN = Origin(correlation_id="o1", causation_id="order/o1", traceparent="00-1-2-01")


def event(event_id: str, subject: str, sequence: int) -> Event:
    return Event(
        id=event_id,
        type="order.placed.v1",
        subject=subject,
        sequence=sequence,
        time=NOON,
        data={"total": {"amount": "19.99", "currency": "EUR"}},
        origin=ORIGIN,
    )


async def store(database: Database, events: Sequence[Event]) -> None:
    async def work(session: Session) -> None:
        await Outbox(database).append(session, events)

    await database.transact(work)


@pytest.fixture
async def outbox(database: Database) -> Outbox:
    outbox = Outbox(database)
    await outbox.prepare()
    return outbox


async def test_an_event_comes_back_as_it_was_stored(database: Database, outbox: Outbox) -> None:
    placed = event("e1", "o1", 1)
    await store(database, [placed])
    assert await outbox.unsent(10) == (placed,)


async def test_what_is_marked_is_not_offered_again(database: Database, outbox: Outbox) -> None:
    first, second = event("e1", "o1", 1), event("e2", "o2", 1)
    await store(database, [first, second])
    await outbox.mark_sent([first])
    assert await outbox.unsent(10) == (second,)


async def test_an_aggregates_events_are_in_the_order_of_their_sequence(database: Database, outbox: Outbox) -> None:
    """Also where their ids were made in another order, as by two processes whose clocks differ."""
    await store(database, [event("e9", "o1", 1)])
    await store(database, [event("e1", "o1", 2)])
    assert [found.sequence for found in await outbox.unsent(10)] == [1, 2]


async def test_the_oldest_come_first_when_there_are_more_than_asked_for(database: Database, outbox: Outbox) -> None:
    await store(database, [event("e3", "o3", 1), event("e1", "o1", 1), event("e2", "o2", 1)])
    assert {found.id for found in await outbox.unsent(2)} == {"e1", "e2"}


async def test_nothing_is_left_of_a_change_that_was_refused(database: Database, outbox: Outbox) -> None:
    async def work(session: Session) -> None:
        await outbox.append(session, [event("e1", "o1", 1)])
        raise Conflict("no")

    with pytest.raises(Conflict):
        await database.transact(work)
    assert await outbox.unsent(10) == ()


async def test_the_relay_reads_by_an_index_that_holds_only_what_is_unsent(database: Database, outbox: Outbox) -> None:
    await store(database, [event(f"e{number}", "o1", number) for number in range(1, 6)])
    await outbox.mark_sent([event(f"e{number}", "o1", number) for number in range(1, 5)])
    plan = await database.collection("outbox").find({"sent": False}).sort("_id", 1).explain()
    assert "'indexName': 'unsent'" in str(plan["queryPlanner"]["winningPlan"])
    assert plan["executionStats"]["totalKeysExamined"] == 1
