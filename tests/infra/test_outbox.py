"""The outbox: stored with the change, read at one moment, marked once published, parked when it cannot be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from services.infra.mongo import Database
from services.infra.outbox.backlog import Spans
from services.infra.outbox.rows import BY, PARKED, UNSENT, WAITING, Outbox, told, told_in
from services.infra.transaction import Transaction, Write, added
from services.shared.errors import Conflict
from services.shared.events import Event, Origin
from services.shared.ids import first_id_of

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
    await database.write_all(told(events))


@pytest.fixture
async def outbox(database: Database) -> Outbox:
    outbox = Outbox(database)
    await outbox.prepare()
    return outbox


async def waiting(outbox: Outbox, at_once: int = 10) -> list[Event | None]:
    """All that waits, as a relay finds it."""
    async with outbox.waiting(at_once) as batches:
        return [row.event async for batch in batches for row in batch]


async def test_an_event_comes_back_as_it_was_stored(database: Database, outbox: Outbox) -> None:
    placed = event("e1", "o1", 1)
    await store(database, [placed])
    assert await waiting(outbox) == [placed]


async def test_it_is_handed_over_as_it_was_stored(database: Database, outbox: Outbox) -> None:
    heard: list[Write] = []
    placed, confirmed = event("e1", "o1", 1), event("e2", "o1", 2)
    with database.telling(heard.extend):
        await store(database, [placed])
        await database.write_all([added("things", {"_id": 1}), *told([confirmed])])
    assert [row.event for row in told_in(heard)] == await waiting(outbox) == [placed, confirmed]


async def test_what_is_marked_is_not_offered_again(database: Database, outbox: Outbox) -> None:
    events = [event(f"e{number:03}", f"o{number}", 1) for number in range(120)]
    await store(database, events)
    await outbox.mark_sent([each.id for each in events[:110]], NOON)
    assert await waiting(outbox) == events[110:]
    assert await outbox.count_waiting() == 10


async def test_one_look_sees_one_moment_whatever_is_committed_or_marked_meanwhile(
    database: Database, outbox: Outbox
) -> None:
    events = [event(f"e{number}", "o1", number) for number in range(1, 7)]
    await store(database, events)
    found = []
    async with outbox.waiting(2) as batches:
        async for batch in batches:
            found += [row.event for row in batch]
            await outbox.mark_sent([row.id for row in batch], NOON)
            await store(database, [event(f"f{len(found)}", "o2", 1)])
    assert found == events


async def test_what_is_parked_waits_no_more_until_it_is_released(database: Database, outbox: Outbox) -> None:
    first, second, third = (event(f"e{number}", "o1", number) for number in (1, 2, 3))
    await store(database, [first, second, third])
    await outbox.park("e1", "too large", NOON)
    await outbox.park("e2", "no JSON", NOON + timedelta(seconds=1))
    assert await waiting(outbox) == [third]
    assert await outbox.parked() == {"e1": "too large", "e2": "no JSON"}
    assert await outbox.release("e2") == 1
    assert await waiting(outbox) == [second, third]
    assert (await outbox.release(), await outbox.release()) == (1, 0)
    assert await waiting(outbox) == [first, second, third]
    assert await outbox.count_parked() == 0


async def test_a_document_that_is_no_event_is_seen_as_such(database: Database, outbox: Outbox) -> None:
    await database.collection("outbox").insert_one({"_id": "odd", "sent": False})
    assert await waiting(outbox) == [None]


async def test_only_what_was_sent_is_ever_removed(database: Database, outbox: Outbox) -> None:
    await store(database, [event("e1", "o1", 1), event("e2", "o2", 1), event("e3", "o3", 1)])
    await outbox.mark_sent(["e1"], NOON)
    await outbox.park("e2", "too large", NOON)
    indexes = await database.collection("outbox").index_information()
    (removal,) = [index for index in indexes.values() if "expireAfterSeconds" in index]
    assert (list(removal["key"]), removal["expireAfterSeconds"]) == ([("sent_at", 1)], 14 * 86_400)
    assert [each["_id"] async for each in database.collection("outbox").find({"sent_at": {"$exists": True}})] == ["e1"]
    await Outbox(database, timedelta(days=20)).prepare()
    indexes = await database.collection("outbox").index_information()
    assert indexes["gone"]["expireAfterSeconds"] == 20 * 86_400


async def test_nothing_is_left_of_a_change_that_was_refused(database: Database, outbox: Outbox) -> None:
    def work(transaction: Transaction) -> None:
        assert not transaction.found("outbox", {})
        transaction.write(told([event("e1", "o1", 1)]))
        raise Conflict("no")

    with pytest.raises(Conflict):
        await database.transact_at_once(work)
    assert await waiting(outbox) == []


async def test_the_relay_reads_by_an_index_that_holds_only_what_is_unsent(database: Database, outbox: Outbox) -> None:
    await store(database, [event(f"e{number}", "o1", number) for number in range(1, 7)])
    await outbox.mark_sent([f"e{number}" for number in range(1, 5)], NOON)
    await outbox.park("e5", "too large", NOON)
    of_time = [{**UNSENT, **span} for span in Spans(NOON, NOON + timedelta(seconds=1))]
    for wanted, hint in [(WAITING, BY), (PARKED, BY), (UNSENT, None), *((each, None) for each in of_time)]:
        found = database.collection("outbox").find(wanted).sort("_id", 1)
        plan = await (found.hint(hint) if hint else found).explain()
        assert "'indexName': 'unsent'" in str(plan["queryPlanner"]["winningPlan"])
        assert plan["executionStats"]["totalKeysExamined"] <= 2


async def test_it_is_read_in_portions_as_it_is_in_one_go(database: Database, outbox: Outbox) -> None:
    moments = [NOON + timedelta(seconds=seconds) for seconds in (-500, -1, 0, 0.5, 0.7, 30, 200, 4000)]
    events = [event(f"{first_id_of(moment)}-{number}", "o1", number) for number, moment in enumerate(moments, 1)]
    await store(database, [*events, event("no time at all", "o1", 9)])
    found = []
    async with outbox.waiting(2, Spans(NOON, NOON + timedelta(hours=1))) as batches:
        async for batch in batches:
            found += [row.event for row in batch]
            await outbox.mark_sent([row.id for row in batch], NOON)
    assert found == [*events, event("no time at all", "o1", 9)]
