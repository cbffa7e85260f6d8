"""Listens to Caravan's topics and hands on the events of the orders that somebody follows. Joins no group."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from cli.kafka_records import text_headers

OF_EVENTS: Final = frozenset({"ce_type", "ce_sequence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingEvent:
    """An event as it passes on Kafka."""

    type: str
    key: str
    sequence: str


Listener = Callable[[PassingEvent], None]


class EventFeed:
    """Events by order, since the feed was opened. One that passes before its order is followed is told then."""

    def __init__(self) -> None:
        self._passed: defaultdict[str, list[PassingEvent]] = defaultdict(list)
        self._listeners: dict[str, Listener] = {}
        self._changed = asyncio.Condition()

    def follow(self, order_id: str, listener: Listener) -> None:
        """Tells the listener each event of the order, those already passed first."""
        for event in self._passed[order_id]:
            listener(event)
        self._listeners[order_id] = listener

    async def wait_for(self, order_id: str, types: Sequence[str], within: float = 30.0) -> None:
        """Returns once events of all these types have passed. Raises TimeoutError, which names what is missing."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: not self._missing(order_id, types))
        except TimeoutError:
            missing = ", ".join(self._missing(order_id, types))
            raise TimeoutError(f"no {missing} on Kafka within {within:.0f} s") from None

    async def hear(self, record: ConsumerRecord) -> None:
        """Takes one record; one that carries no event passes unheard."""
        headers = text_headers(record)
        if not headers.keys() >= OF_EVENTS:
            return
        key = (record.key or b"").decode(errors="replace")
        event = PassingEvent(type=headers["ce_type"], key=key, sequence=headers["ce_sequence"])
        order_id = headers.get("ce_correlationid") or key
        self._passed[order_id].append(event)
        if listener := self._listeners.get(order_id):
            listener(event)
        async with self._changed:
            self._changed.notify_all()

    def _missing(self, order_id: str, types: Sequence[str]) -> list[str]:
        passed = {event.type for event in self._passed[order_id]}
        return [name for name in types if name not in passed]


@asynccontextmanager
async def opened_feed(bootstrap: str, topics: Sequence[str]) -> AsyncIterator[EventFeed]:
    """Listens from now on, until left."""
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await consumer.start()
    feed = EventFeed()
    try:
        await _stand_at_the_end(consumer)
        listening = asyncio.create_task(_listen(consumer, feed))
        try:
            yield feed
        finally:
            listening.cancel()
            await asyncio.wait([listening])
    finally:
        await consumer.stop()


async def _stand_at_the_end(consumer: AIOKafkaConsumer) -> None:
    """Fixes the position now, so that nothing published after this returns is missed."""
    partitions: set[TopicPartition] = consumer.assignment()
    await consumer.seek_to_end(*partitions)
    for partition in partitions:
        await consumer.position(partition)


async def _listen(consumer: AIOKafkaConsumer, feed: EventFeed) -> None:
    async for record in consumer:
        await feed.hear(record)
