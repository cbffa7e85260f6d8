"""The collector brings every record of every dead letter topic to whoever keeps them, untouched, whatever is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer

from services.infra.consuming.collector import Collector
from services.infra.kafka.topics import Topic, ensure_topics
from services.infra.settings import KafkaSettings
from services.shared.dead_letters import FoundRecord
from services.shared.errors import Unavailable
from tests.infra.kafka_node import KafkaNode

WITHIN = 20
HEADERS = [("ce_id", b"\xff"), ("ce_id", b"again"), ("empty", None)]


class Keeper:
    """Keeps what it is handed; while `away` it does not."""

    def __init__(self) -> None:
        self.kept: list[FoundRecord] = []
        self.away = False
        self.refused = asyncio.Event()
        self._news = asyncio.Condition()

    async def take(self, records: Sequence[FoundRecord]) -> None:
        if self.away:
            self.refused.set()
            raise Unavailable("database")
        async with self._news:
            self.kept += records
            self._news.notify_all()

    async def until(self, *values: bytes) -> list[FoundRecord]:
        """What it has of these values, once it has all of them."""

        def found() -> list[FoundRecord]:
            return [record for record in self.kept if record.value in values]

        async with asyncio.timeout(WITHIN), self._news:
            await self._news.wait_for(lambda: {record.value for record in found()} == set(values))
        return found()


Send = Callable[[str, bytes], Awaitable[object]]


@pytest.fixture
async def send(kafka_node: KafkaNode) -> AsyncIterator[Send]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_node.bootstrap, max_request_size=2 * 2**20)
    await producer.start()

    async def to(topic: str, value: bytes) -> object:
        return await producer.send_and_wait(topic, value, key=b"key", headers=HEADERS, partition=0)

    yield to
    await producer.stop()


async def topic(node: KafkaNode, name: str) -> str:
    """A topic of that name, made."""
    made = Topic(name=name, partitions=2, retention_ms=10**8, largest_record=2 * 2**20)
    await ensure_topics(KafkaSettings(bootstrap=node.bootstrap), [made])
    return name


@asynccontextmanager
async def collecting(node: KafkaNode, keeper: Keeper) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(Collector(KafkaSettings(bootstrap=node.bootstrap), keeper.take).run(stop))
    yield
    stop.set()
    await asyncio.wait_for(running, WITHIN)


async def test_records_of_every_dead_letter_topic_arrive_untouched(kafka_node: KafkaNode, send: Send) -> None:
    keeper = Keeper()
    letters, events = await topic(kafka_node, "caravan.a.one.dlq"), await topic(kafka_node, "caravan.a")
    large = b"l" * 1_100_000
    async with collecting(kafka_node, keeper):
        for value in (b"no json", large):
            await send(letters, value)
        await send(events, b"an event")
        small, _ = await keeper.until(b"no json", large)
        later = await topic(kafka_node, "caravan.b.two.dlq")
        await send(later, b"of a topic made later")
        await keeper.until(b"of a topic made later")
    assert (small.position.topic, small.position.partition, small.position.offset) == (letters, 0, 0)
    assert (small.key, small.headers) == (b"key", tuple(HEADERS))
    assert small.timestamp is not None
    assert {record.position.topic for record in keeper.kept} == {letters, later}


async def test_what_was_kept_is_not_brought_again_and_what_was_not_is(kafka_node: KafkaNode, send: Send) -> None:
    first, second = Keeper(), Keeper()
    letters = await topic(kafka_node, "caravan.a.one.dlq")
    async with collecting(kafka_node, first):
        await send(letters, b"first")
        await first.until(b"first")
        first.away = True
        await send(letters, b"second")
        async with asyncio.timeout(WITHIN):
            await first.refused.wait()
    async with collecting(kafka_node, second):
        await second.until(b"second")
    assert b"first" not in {record.value for record in second.kept}


async def test_a_keeper_that_was_away_gets_everything(kafka_node: KafkaNode, send: Send) -> None:
    keeper = Keeper()
    keeper.away = True
    letters = await topic(kafka_node, "caravan.a.one.dlq")
    async with collecting(kafka_node, keeper):
        await send(letters, b"third")
        async with asyncio.timeout(WITHIN):
            await keeper.refused.wait()
        await send(letters, b"fourth")
        keeper.away = False
        await keeper.until(b"third", b"fourth")


@pytest.mark.heavy
async def test_kafka_killed_and_back_loses_nothing(kafka_node: KafkaNode, send: Send) -> None:
    keeper = Keeper()
    letters = await topic(kafka_node, "caravan.a.one.dlq")
    async with collecting(kafka_node, keeper):
        await send(letters, b"before")
        await keeper.until(b"before")
        kafka_node.kill()
        await kafka_node.start()
        await send(letters, b"after")
        await keeper.until(b"after")
