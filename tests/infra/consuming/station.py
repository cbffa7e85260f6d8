"""A topic of a test's own with what is sent to it, what a consumer of it does, and its dead letters. Checks nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer, ConsumerRecord

from services.infra.consuming.breaker import FloodRules
from services.infra.consuming.consumer import Consumer, Means
from services.infra.consuming.events import EventWork
from services.infra.consuming.letters import KafkaLetters, Letters
from services.infra.consuming.work import Consumption, Retries
from services.infra.kafka.records import record_headers
from services.infra.kafka.topics import Topic, ensure_topics, letters_topic
from services.infra.settings import KafkaSettings
from services.shared.clock import SystemClock
from services.shared.errors import Invalid
from services.shared.events import Event
from services.shared.receipts import Delivery, Outcome
from tests.infra.events_log import records_of
from tests.infra.kafka_node import KafkaNode

PATIENCE = 40.0
QUICK = Retries(attempts=3, first_pause=0.3, longest_pause=0.3)
WEEK_MS = 7 * 24 * 3600 * 1000


def event(subject: str, sequence: int, kind: str = "order.placed.v1") -> Event:
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return Event(id=f"{subject}-{sequence}", type=kind, subject=subject, sequence=sequence, time=moment, data={})


def history(subject: str, first: int, last: int) -> list[Event]:
    return [event(subject, number) for number in range(first, last + 1)]


def check(told: Event, topic: str) -> None:
    """Refuses one type."""
    del topic
    if told.type == "order.guessed.v1":
        raise Invalid("unknown type of event", ("type",))


async def until(condition: Callable[[], bool], within: float = PATIENCE) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the condition is kept by a broker
            await asyncio.sleep(0.02)


class Seen:
    """Offers Handler: remembers, and fails as it is told, all of a batch or none."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []
        self.batches: list[int] = []
        self.failures: dict[str, Exception] = {}
        self.tries: Counter[str] = Counter()

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        subjects = [delivery.event.subject for delivery in deliveries]
        self.batches.append(len(subjects))
        if len(subjects) == 1:
            self.tries.update(subjects)
        for subject in subjects:
            if failure := self.failures.get(subject):
                raise failure
        self.events.extend((delivery.event.subject, delivery.event.sequence) for delivery in deliveries)
        return [Outcome.APPLIED] * len(subjects)

    async def preview(self, delivery: Delivery) -> Outcome:
        if failure := self.failures.get(delivery.event.subject):
            raise failure
        return Outcome.APPLIED

    def of(self, subject: str) -> list[int]:
        """The sequences of one aggregate, as they came."""
        return [sequence for known, sequence in self.events if known == subject]


@dataclass(slots=True, kw_only=True)
class Station:
    """One topic, and a consumer's name. `letters`, `flood`, `retries`, `floods` are what its consumers work with."""

    node: KafkaNode
    name: str
    letters: Letters
    seen: Seen = field(default_factory=Seen)
    flood: FloodRules = field(default_factory=FloodRules)
    retries: Retries = QUICK
    floods: bool = False

    @property
    def settings(self) -> KafkaSettings:
        return KafkaSettings(bootstrap=self.node.bootstrap)

    @property
    def topic(self) -> str:
        return f"caravan.{self.name}"

    async def send(self, *events: Event) -> None:
        await self.send_raw(*((told.subject, b"{}", record_headers(told, "tests")) for told in events))

    async def send_raw(
        self, *records: tuple[str, bytes, list[tuple[str, bytes]]], compression: str | None = None
    ) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.node.bootstrap, max_request_size=2**23, compression_type=compression
        )
        await producer.start()
        for key, value, headers in records:
            await producer.send(self.topic, value=value, key=key.encode(), headers=headers)
        await producer.stop()

    def consumer(self, seen: Seen | None = None, instance: str | None = None) -> Consumer:
        clock = SystemClock()
        work = EventWork(self.name, seen or self.seen, check, clock)
        row = Consumption(topics=(self.topic,), consumer=self.name, work=work, retries=self.retries, floods=self.floods)
        means = Means(kafka=self.settings, letters=self.letters, clock=clock, flood=self.flood, instance=instance)
        return Consumer(row, means)

    @asynccontextmanager
    async def consuming(self, seen: Seen | None = None, instance: str | None = None) -> AsyncIterator[Consumer]:
        """A consumer that starts at the topic's beginning, or where its name has left off; drained in the end."""
        stop = asyncio.Event()
        consumer = self.consumer(seen, instance)
        running = asyncio.create_task(consumer.run(stop))
        try:
            yield consumer
        finally:
            stop.set()
            async with asyncio.timeout(10):
                await running

    async def dead(self, key: str, count: int = 1) -> "list[ConsumerRecord[bytes, bytes]]":
        """The key's dead letters, as soon as there are so many."""
        topic = letters_topic(self.topic, self.name)
        await ensure_topics(self.settings, [topic])
        return await records_of(key, count, bootstrap=self.node.bootstrap, topic=topic.name)


@asynccontextmanager
async def station(node: KafkaNode, name: str, partitions: int = 6) -> AsyncIterator[Station]:
    """A new topic of this name."""
    settings = KafkaSettings(bootstrap=node.bootstrap)
    await ensure_topics(settings, [Topic(name=f"caravan.{name}", partitions=partitions, retention_ms=WEEK_MS)])
    letters = KafkaLetters(settings)
    yield Station(node=node, name=name, letters=letters)
    await letters.close()
