"""The consumer against a real Kafka: every event has its effect, in order per key, whatever goes away meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer

from services.infra.consuming.consumer import Consumer, Consumption, Disposition, Handler, Record
from services.infra.kafka.publisher import Publisher
from services.infra.kafka.records import record_headers
from services.infra.kafka.topics import ensure_topics
from services.infra.settings import KafkaSettings
from services.shared.errors import Invalid, Unavailable
from services.shared.events import Event
from tests.infra.kafka_node import KafkaNode
from tests.infra.test_outbox import event

TOPIC = "caravan.orders"
PATIENCE = 40.0


class Seen:
    """A handler that remembers, and fails as it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []
        self.given_up: list[tuple[str, str]] = []
        self.failures: dict[str, Exception] = {}
        self.tries: Counter[str] = Counter()

    async def handle(self, told: Event) -> None:
        self.tries[told.subject] += 1
        if told.subject in self.failures:
            raise self.failures[told.subject]
        self.events.append((told.subject, told.sequence))

    async def give_up(self, row: Consumption, record: Record, disposition: Disposition, failure: Exception) -> None:
        del row
        self.given_up.append((disposition.value, f"{record.key!r} {type(failure).__name__}"))

    def of(self, subject: str) -> list[int]:
        """The sequences of one aggregate."""
        return [sequence for known, sequence in self.events if known == subject]


@pytest.fixture
def seen() -> Seen:
    return Seen()


@asynccontextmanager
async def consuming(node: KafkaNode, name: str, handle: Handler, seen: Seen) -> AsyncIterator[None]:
    """A consumer that starts at the topic's beginning, or where its name has left off; drained in the end."""
    stop = asyncio.Event()
    row = Consumption(topic=TOPIC, consumer=name, handle=handle)
    running = asyncio.create_task(Consumer(KafkaSettings(bootstrap=node.bootstrap), row, seen.give_up).run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the condition is kept by a broker
            await asyncio.sleep(0.02)


async def publish(node: KafkaNode, *events: Event) -> None:
    publisher = Publisher(KafkaSettings(bootstrap=node.bootstrap))
    await publisher.publish(events, "orders")
    await publisher.close()


async def publish_raw(node: KafkaNode, key: str, value: bytes, headers: list[tuple[str, bytes]]) -> None:
    await ensure_topics(KafkaSettings(bootstrap=node.bootstrap))
    producer = AIOKafkaProducer(bootstrap_servers=node.bootstrap)
    await producer.start()
    # Beside a good event of the same key, and so of the same partition.
    await producer.send_and_wait(TOPIC, value=value, key=key.encode(), headers=headers)
    await producer.stop()


def history(subject: str, first: int, last: int) -> list[Event]:
    return [event(f"{subject}-{number}", subject, number) for number in range(first, last + 1)]


async def test_events_are_handled_once_in_order_and_a_restart_goes_on_behind_them(
    kafka_node: KafkaNode, seen: Seen
) -> None:
    await publish(kafka_node, *history("c1", 1, 3), *history("c2", 1, 3))
    async with consuming(kafka_node, "first", seen.handle, seen):
        await until(lambda: seen.of("c1") == seen.of("c2") == [1, 2, 3])
    await publish(kafka_node, *history("c1", 4, 5))
    async with consuming(kafka_node, "first", seen.handle, seen):
        await until(lambda: len(seen.of("c1")) == 5)
    assert seen.of("c1") == [1, 2, 3, 4, 5]
    assert seen.of("c2") == [1, 2, 3]


async def test_what_is_away_is_waited_for_and_the_other_partitions_go_on(kafka_node: KafkaNode, seen: Seen) -> None:
    seen.failures["d1"] = Unavailable("database")
    async with consuming(kafka_node, "second", seen.handle, seen):
        # So many keys are in more than one partition.
        await publish(kafka_node, *history("d1", 1, 2), *(made for n in range(30) for made in history(f"e{n}", 1, 1)))
        await until(lambda: any(seen.of(f"e{n}") for n in range(30)))
        assert seen.of("d1") == []
        seen.failures.clear()
        await until(lambda: seen.of("d1") == [1, 2] and all(seen.of(f"e{n}") == [1] for n in range(30)))
    assert not [gone for gone in seen.given_up if "d1" in gone[1]]


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (b"no JSON", {}),
        (b"[1, 2]", {}),
        (b"{}", {"ce_id": None}),
        (b"{}", {"ce_sequence": b"many"}),
        (b"{}", {"ce_specversion": b"2.0"}),
        (b"{}", {"ce_type": b"\xff"}),
        (b"{}", {"ce_time": b"yesterday"}),
    ],
)
async def test_what_cannot_be_read_is_given_up_and_its_partition_goes_on(
    kafka_node: KafkaNode, seen: Seen, value: bytes, changes: dict[str, bytes | None]
) -> None:
    subject = f"f-{value!r}-{changes!r}"
    headers = dict(record_headers(event("bad", subject, 1), "orders")) | changes
    await publish_raw(kafka_node, subject, value, [(name, text) for name, text in headers.items() if text is not None])
    await publish(kafka_node, *history(subject, 2, 2))
    async with consuming(kafka_node, f"third-{abs(hash(subject))}", seen.handle, seen):
        await until(lambda: seen.of(subject) == [2])
    assert ("poison", f"{subject.encode()!r} Invalid") in seen.given_up


@pytest.mark.parametrize(
    ("failure", "disposition", "tries"), [(Invalid("never"), "permanent", 1), (ValueError("odd"), "exhausted", 5)]
)
async def test_what_is_refused_is_given_up_and_what_fails_is_tried_again_first(
    kafka_node: KafkaNode, seen: Seen, failure: Exception, disposition: str, tries: int
) -> None:
    subject = f"g-{disposition}"
    seen.failures[subject] = failure
    await publish(kafka_node, *history(subject, 1, 1))
    async with consuming(kafka_node, f"fourth-{disposition}", seen.handle, seen):
        await until(lambda: any(subject in what for _, what in seen.given_up))
        seen.failures.clear()
        await publish(kafka_node, *history(subject, 2, 2))
        await until(lambda: seen.of(subject) == [2])
    ours = [gone for gone in seen.given_up if subject in gone[1]]
    assert ours == [(disposition, f"{subject.encode()!r} {type(failure).__name__}")]
    assert seen.tries[subject] == tries + 1


async def test_a_record_in_hand_is_finished_and_committed_before_the_end(kafka_node: KafkaNode, seen: Seen) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(told: Event) -> None:
        if told.subject == "h1":
            begun.set()
            await may_end.wait()
        await seen.handle(told)

    stop = asyncio.Event()
    row = Consumption(topic=TOPIC, consumer="fifth", handle=slow)
    await publish(kafka_node, *history("h1", 1, 2))
    running = asyncio.create_task(Consumer(KafkaSettings(bootstrap=kafka_node.bootstrap), row).run(stop))
    await asyncio.wait_for(begun.wait(), PATIENCE)
    stop.set()
    may_end.set()
    await asyncio.wait_for(running, 10)
    assert seen.of("h1") == [1]
    async with consuming(kafka_node, "fifth", seen.handle, seen):
        await until(lambda: seen.of("h1") == [1, 2])


async def test_two_share_the_partitions_and_one_that_leaves_hands_its_own_over(
    kafka_node: KafkaNode, seen: Seen
) -> None:
    other = Seen()
    subjects = [f"i{number}" for number in range(24)]

    def done(last: int) -> bool:
        together = {subject: sorted(seen.of(subject) + other.of(subject)) for subject in subjects}
        return all(set(sequences) == set(range(1, last + 1)) for sequences in together.values())

    async with consuming(kafka_node, "sixth", seen.handle, seen):
        await publish(kafka_node, *(made for subject in subjects for made in history(subject, 1, 1)))
        await until(lambda: done(1))
        async with consuming(kafka_node, "sixth", other.handle, other):

            async def both_work() -> None:
                number = 1
                while not other.events:
                    number += 1
                    await publish(kafka_node, *(event(f"j{number}-{s}", f"j{s}", number) for s in range(24)))
                    await asyncio.sleep(0.1)

            await asyncio.wait_for(both_work(), PATIENCE)
            await publish(kafka_node, *(made for subject in subjects for made in history(subject, 2, 3)))
            await until(lambda: done(3))
        await publish(kafka_node, *(made for subject in subjects for made in history(subject, 4, 5)))
        await until(lambda: done(5))
    for subject in subjects:
        assert seen.of(subject) == sorted(seen.of(subject))
        assert other.of(subject) == sorted(other.of(subject))


async def test_it_goes_on_by_itself_after_kafka_was_killed(kafka_node: KafkaNode, seen: Seen) -> None:
    async with consuming(kafka_node, "seventh", seen.handle, seen):
        await publish(kafka_node, *history("k1", 1, 2))
        await until(lambda: seen.of("k1") == [1, 2])
        kafka_node.kill()
        await kafka_node.start()
        await publish(kafka_node, *history("k1", 3, 4))
        await until(lambda: set(seen.of("k1")) == {1, 2, 3, 4})


async def test_without_a_kafka_it_waits_and_ends_at_once_when_told() -> None:
    row = Consumption(topic=TOPIC, consumer="eighth", handle=Seen().handle)
    stop = asyncio.Event()
    running = asyncio.create_task(Consumer(KafkaSettings(bootstrap="127.0.0.1:9"), row).run(stop))
    await asyncio.wait([running], timeout=0.5)
    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 5)
