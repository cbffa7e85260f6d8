"""What was true when: each item of stock's moments of change, as inventory's events tell them. Knows no cache."""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from cli.kafka_records import text_headers

TOPIC: Final = "caravan.inventory"
HEARD_WITHIN: Final = 60.0
BETWEEN_LOOKS: Final = 0.1


class Truth:
    """Moments in seconds since 1970, to the millisecond."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._changes: dict[str, list[float]] = defaultdict(list)

    async def listen(self) -> None:
        async for record in self._consumer:
            self._changes[record.key.decode()].append(_seconds(text_headers(record)["ce_time"]))

    async def complete(self) -> None:
        """Returns once all that was told until now is known. Raises TimeoutError."""
        partitions = [
            TopicPartition(TOPIC, number) for number in sorted(self._consumer.partitions_for_topic(TOPIC) or ())
        ]
        ends = await self._consumer.end_offsets(partitions)
        async with asyncio.timeout(HEARD_WITHIN):
            while any([await self._consumer.position(each) < end for each, end in ends.items()]):  # noqa: ASYNC110
                await asyncio.sleep(BETWEEN_LOOKS)
        for moments in self._changes.values():
            moments.sort()

    def changes(self) -> int:
        return sum(map(len, self._changes.values()))

    def staleness(self, sku: str, shown: str, asked: float) -> float:
        """By how many seconds the item was out of date when somebody asked who was then shown that of this moment."""
        moments = self._changes[sku]
        later = bisect_right(moments, _seconds(shown))
        return max(0.0, asked - moments[later]) if later < len(moments) else 0.0


@asynccontextmanager
async def heard_truth(kafka: str) -> AsyncIterator[Truth]:
    """Hears all from now on."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    truth = Truth(consumer)
    listening = asyncio.create_task(truth.listen())
    try:
        yield truth
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await consumer.stop()


def _seconds(moment: str) -> float:
    return round(datetime.fromisoformat(moment).timestamp(), 3)
