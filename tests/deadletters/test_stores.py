"""Both stores of dead letters keep what the contract suite says; and the real one reads its lists from its indexes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.deadletters.documents import INDEXES, filter_of
from services.deadletters.memory import MemoryDeadLetterStore
from services.deadletters.models import LetterFilter, Replay
from services.deadletters.ports import DeadLetterStore
from services.deadletters.reading import letter_of
from services.deadletters.store import MongoDeadLetterStore
from services.infra.mongo import Database
from services.shared.dead_letters import DeadLetterHeader
from services.shared.replays import Verdict
from tests.deadletters.contract import DeadLetterStoreContract
from tests.deadletters.makers import STORED_AT, a_letter, found


class TestMemoryDeadLetterStore(DeadLetterStoreContract):
    @pytest.fixture
    def store(self) -> DeadLetterStore:
        return MemoryDeadLetterStore()


class TestMongoDeadLetterStore(DeadLetterStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> DeadLetterStore:
        store = MongoDeadLetterStore(database)
        await store.prepare()
        return store


async def test_a_replay_that_was_kept_without_a_reason_is_read(database: Database) -> None:
    store = MongoDeadLetterStore(database)
    await store.prepare()
    replay = Replay(redrive_id="r1", actor_id="ops", at=STORED_AT, verdict=Verdict.FAILED, detail="again")
    stored = a_letter(1, history=(replay,), replays=1)
    await store.insert([stored])
    await database.collection("letters").update_many({}, {"$unset": {"history.0.reason": ""}})
    assert await store.by_ids([stored.letter.id]) == (stored.letter,)


async def test_preparing_again_changes_nothing(database: Database) -> None:
    store = MongoDeadLetterStore(database)
    await store.prepare()
    await store.prepare()
    indexes = await database.collection("letters").index_information()
    assert set(indexes) == {"_id_", "gone", *INDEXES}
    assert indexes["gone"]["expireAfterSeconds"] == 90 * 24 * 3600


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (LetterFilter(), "of_status"),
        (LetterFilter(status=None), "of_status"),
        (LetterFilter(consumer="stock-notes"), "of_consumer"),
        (LetterFilter(fingerprint="f", status=None), "of_fingerprint"),
    ],
)
async def test_a_list_is_read_from_an_index(database: Database, wanted: LetterFilter, index: str) -> None:
    store = MongoDeadLetterStore(database)
    await store.prepare()
    await store.insert([a_letter(number) for number in range(8)])
    plan = await database.collection("letters").find(filter_of(wanted)).sort("place", -1).explain()
    assert index in str(plan["queryPlanner"]["winningPlan"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.tuples(
            st.sampled_from([*DeadLetterHeader, "ce_id", "ce_type", "ce_subject"]) | st.text(max_size=20),
            st.none() | st.binary(max_size=20) | st.text(max_size=20).map(str.encode),
        ),
        max_size=12,
    ),
    value=st.none() | st.binary(max_size=20),
)
async def test_nothing_is_too_odd_to_be_kept(
    database: Database, said: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    store = MongoDeadLetterStore(database)
    await store.prepare()
    stored = letter_of(found(headers=tuple(said), key=value, value=value), "p1", STORED_AT)
    await database.collection("letters").delete_many({})
    assert await store.insert([stored]) == 1
    kept = await store.with_records([stored.letter.id])
    assert kept[0].record == stored.record
