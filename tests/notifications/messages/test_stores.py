"""Both stores of messages and of lanes keep what the contract suites say; the real one reads from its indexes."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from services.infra.mongo import Database
from services.infra.outbox.events import row_of
from services.infra.outbox.rows import COLLECTION as OUTBOX
from services.infra.outbox.rows import Outbox
from services.notifications.campaigns.documents import campaign_document
from services.notifications.documents import INDEXES, MESSAGES
from services.notifications.memory import MemoryLaneStore, MemoryMessageStore
from services.notifications.models import Message, Status
from services.notifications.ports import LaneStore, MessageStore
from services.notifications.store import MongoLaneStore, MongoMessageStore, page_filter
from services.shared.events import Event
from tests.notifications.campaigns.makers import CONTENT, a_campaign
from tests.notifications.makers import a_campaign_message, a_claim, a_message, settled
from tests.notifications.messages.contract import (
    CAMPAIGN,
    Kept,
    LaneStoreContract,
    MessageStoreContract,
    event_of,
)

KEPT = timedelta(days=90)


class KeptInMemory:
    def __init__(self) -> None:
        self._memory = MemoryMessageStore()
        self.store: MessageStore = self._memory

    async def events(self) -> Sequence[Event]:
        return sorted(self._memory.events, key=lambda event: event.sequence)

    async def counts(self) -> tuple[int, int, int]:
        counts = self._memory.counts[CAMPAIGN]
        return counts[Status.SENT], counts[Status.SKIPPED], counts[Status.FAILED]


class KeptInMongo:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.store: MessageStore = MongoMessageStore(database, KEPT)

    async def events(self) -> Sequence[Event]:
        found = await self._database.collection(OUTBOX).find().sort([("sequence", 1)]).to_list(None)
        return [event for event in (row_of(document).event for document in found) if event]

    async def counts(self) -> tuple[int, int, int]:
        found = await self._database.collection("campaigns").find_one({"_id": CAMPAIGN})
        assert found
        return found["sent"], found["skipped"], found["failed"]


class TestMemoryMessageStore(MessageStoreContract):
    @pytest.fixture
    def kept(self) -> Kept:
        return KeptInMemory()


class TestMongoMessageStore(MessageStoreContract):
    @pytest.fixture
    async def kept(self, database: Database) -> Kept:
        await MongoMessageStore(database, KEPT).prepare()
        await Outbox(database).prepare()
        await database.insert_new(database.collection("campaigns"), campaign_document(a_campaign(CAMPAIGN), CONTENT))
        return KeptInMongo(database)


class TestMemoryLaneStore(LaneStoreContract):
    @pytest.fixture
    def lanes(self) -> LaneStore:
        return MemoryLaneStore()


class TestMongoLaneStore(LaneStoreContract):
    @pytest.fixture
    async def lanes(self, database: Database) -> LaneStore:
        store = MongoLaneStore(database)
        await store.prepare()
        return store


@pytest.fixture
async def store(database: Database) -> MongoMessageStore:
    store = MongoMessageStore(database, KEPT)
    await store.prepare()
    await store.prepare()
    return store


async def test_what_has_ended_is_removed_later_and_nothing_else(store: MongoMessageStore, database: Database) -> None:
    indexes = await database.collection(MESSAGES).index_information()
    assert set(indexes) == {"_id_", "gone", *INDEXES}
    assert indexes["gone"]["expireAfterSeconds"] == KEPT.total_seconds()
    await store.insert([a_message()])
    document = await database.collection(MESSAGES).find_one({})
    assert document
    assert document["settled_at"] is None, "the server removes by a date alone"


async def test_lists_are_read_from_indexes(store: MongoMessageStore, database: Database) -> None:
    await store.insert([a_message(f"e{number}") for number in range(8)])
    await store.insert([a_campaign_message(number) for number in range(8)])
    messages = database.collection(MESSAGES)
    page = await messages.find(page_filter("u1", "000001/x")).sort([("place", -1)]).explain()
    assert "newest_of_user" in str(page["queryPlanner"]["winningPlan"])
    span = {"source_id": CAMPAIGN, "position": {"$gte": 2, "$lt": 5}}
    chunk = await messages.find(span).explain()
    assert "of_source" in str(chunk["queryPlanner"]["winningPlan"])


async def test_an_event_counts_on_where_others_keep_the_person(store: MongoMessageStore, database: Database) -> None:
    """The counter is a field of a document that is not this store's alone."""
    known: Message = a_message()
    await database.insert_new(database.collection("recipients"), {"_id": "u1", "name": "Mia Berg"})
    await store.insert([known])
    await store.claim((known,), a_claim())
    await store.settle([(a_claim(), settled(known, Status.SENT))], event_of)
    person = await database.collection("recipients").find_one({"_id": "u1"})
    assert person == {"_id": "u1", "name": "Mia Berg", "sequence": 1}


async def test_chunks_of_a_campaign_are_settled_side_by_side_and_none_of_them_twice(
    store: MongoMessageStore, database: Database
) -> None:
    """All of them change its counts: one that is undone and begun again would cost the database as much once more."""
    await database.insert_new(database.collection("campaigns"), campaign_document(a_campaign(CAMPAIGN), CONTENT))
    await store.insert([a_campaign_message(number) for number in range(60)])
    claimed = await store.claim(await store.of_positions(CAMPAIGN, 0, 60), a_claim())
    made: Counter[str] = Counter()

    def counted_event(message: Message, sequence: int) -> Event:
        made[message.id] += 1
        return event_of(message, sequence)

    ends = [(a_claim(), settled(message, Status.SENT)) for message in claimed]
    await asyncio.gather(*(store.settle(ends[at : at + 10], counted_event) for at in range(0, 60, 10)))
    assert set(made.values()) == {1}
    campaign = await database.collection("campaigns").find_one({"_id": CAMPAIGN})
    assert campaign
    assert campaign["sent"] == len(claimed)
