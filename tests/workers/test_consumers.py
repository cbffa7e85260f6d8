"""The table of consumers, and the notices that events become."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import APIRouter

from services.infra.kafka.records import record_headers
from services.infra.notices import Announcer, Changed
from services.infra.redis import connect
from services.infra.response_cache.tags import IN_STOCK, TRENDING
from services.infra.settings import CONTEXTS, RedisSettings
from services.shared.events import EVENT_TOPICS, Event
from services.shared.receipts import Delivery, Handler, Outcome, Receipt
from services.shared.replays import RawRecord, Verdict
from tests.live.redis_node import RedisNode
from tests.support.doubles import StandingClock
from workers.composition import Hosted
from workers.consumers import CONSUMERS, appliers_of, works_of
from workers.event_notices import ACCOUNT_NOTICES, FAILED_NOTICES, ORDER_NOTICES
from workers.live_notices import WORTH_TELLING, LiveNotices

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOLD = (ORDER_NOTICES, ACCOUNT_NOTICES)
UNUSED = cast("Any", None)
NO_REDIS = "redis://127.0.0.1:9"


@pytest.fixture
def redis_node(tmp_path: Path) -> Iterator[RedisNode]:
    node = RedisNode(tmp_path)
    node.start()
    yield node
    node.kill()


def test_each_consumer_has_a_name_of_its_own_and_reads_a_topic_that_there_is() -> None:
    names = [row.consumer for row in CONSUMERS]
    assert len(set(names)) == len(names)
    assert {row.topic for row in CONSUMERS} <= set(EVENT_TOPICS.values())
    assert {row.service for row in CONSUMERS} <= set(CONTEXTS)


def test_who_writes_what_answers_are_made_from_owes_their_names_from_its_beginning_on() -> None:
    owes = {row.consumer: row.owes for row in CONSUMERS if row.owes}
    assert owes == {"stock-notes": (IN_STOCK,), "purchases": (TRENDING,), "shelf": (TRENDING,)}


class Answering:
    """Offers Handler: its outcome is always the same."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        return [self._outcome] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        del delivery
        return self._outcome


async def test_a_replay_does_what_its_row_says_and_the_topic_something_else() -> None:
    handlers: dict[str, Handler] = {name: Answering(Outcome.APPLIED) for name in (*TOLD, FAILED_NOTICES)}
    replays: dict[str, Handler] = {FAILED_NOTICES: Answering(Outcome.SUPERSEDED)}
    hosted = Hosted(
        name="notifications",
        database=UNUSED,
        router=APIRouter(),
        prepare=UNUSED,
        handlers=handlers,
        replays=replays,
    )
    registered = Event(
        id="e1",
        type="user.registered.v1",
        subject="u1",
        sequence=1,
        time=NOW,
        data={"userId": "u1", "roles": ["CUSTOMER"]},
    )
    headers = tuple(record_headers(registered, "users"))
    record = RawRecord(topic="caravan.users", key=b"u1", value=json.dumps(registered.data).encode(), headers=headers)
    verdicts = [
        {name: (await work.apply(record)).verdict for name, work in kind(hosted, UNUSED, StandingClock(NOW)).items()}
        for kind in (works_of, appliers_of)
    ]
    assert verdicts == [
        {**dict.fromkeys(TOLD, Verdict.APPLIED), FAILED_NOTICES: Verdict.APPLIED},
        {**dict.fromkeys(TOLD, Verdict.APPLIED), FAILED_NOTICES: Verdict.SUPERSEDED},
    ]


def change(age: timedelta, sequence: int = 7) -> Delivery:
    data = {"sku": "ink", "available": 3}
    event = Event(
        id=f"e{sequence}", type="stock.adjusted.v1", subject="ink", sequence=sequence, time=NOW - age, data=data
    )
    return Delivery(event=event, receipt=Receipt(consumer="live-stock", event_id=event.id, at=NOW))


async def test_the_last_change_is_told_by_kind_id_and_version_alone_and_an_old_one_not_at_all(
    redis_node: RedisNode,
) -> None:
    redis = connect(RedisSettings(url=redis_node.url))
    notices = LiveNotices(Announcer(redis), StandingClock(NOW)).of(Changed.STOCK)
    async with redis.pubsub() as heard:
        await heard.subscribe("caravan.notices")
        await heard.get_message(timeout=5)
        recent = [change(timedelta(seconds=1), sequence) for sequence in (6, 7)]
        for changes in ([change(WORTH_TELLING + timedelta(seconds=1), 5)], recent):
            assert await notices.handle(changes) == [Outcome.APPLIED] * len(changes)
        message = await heard.get_message(timeout=5)
        assert message is not None
        assert message["data"] == b'{"kind":"stock","id":"ink","version":7}'
    await redis.aclose()


async def test_without_redis_the_consumer_goes_on() -> None:
    redis = connect(RedisSettings(url=NO_REDIS))
    notices = LiveNotices(Announcer(redis), StandingClock(NOW)).of(Changed.ORDER)
    assert await notices.handle([change(timedelta())]) == [Outcome.APPLIED]
    await redis.aclose()
