"""How late an event is: from the commit of its change until a consumer has it, at a steady rate."""

import asyncio
import time
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer

from bench.events.field import IDS, Field, order_event, relaying
from bench.timings import Spread, spread_of
from services.infra.mongo import Database
from services.infra.outbox.rows import told
from services.infra.transaction import added
from services.shared.events import Event

TOPIC = "caravan.orders"
ORDERS = 25
"""Orders that change in turn, each with further events all the time."""

GIVE_UP = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Milliseconds from the commit to the consumer."""

    per_second: float
    events: int
    spread: Spread


class _Arrivals:
    """When each event was committed, and when it came."""

    def __init__(self) -> None:
        self.committed: dict[str, float] = {}
        self.came: dict[str, float] = {}

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            self.came.setdefault(dict(record.headers)["ce_id"].decode(), time.perf_counter())

    async def commit(self, database: Database, event: Event) -> None:
        await database.write_all([added("changes", {"_id": event.id}), *told([event])])
        self.committed[event.id] = time.perf_counter()

    def lateness(self) -> list[float]:
        """In seconds. A consumer may have it before the commit's answer has come back here: then it was not late."""
        return [max(0.0, self.came[each] - at) for each, at in self.committed.items()]


async def lateness(field: Field, per_second: float, seconds: float) -> Lateness:
    """Commits at that rate, for so long."""
    database, _ = await field.outbox("latency")
    arrivals = _Arrivals()
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=field.kafka, auto_offset_reset="latest")
    async with relaying(field, database):
        await consumer.start()
        await consumer.seek_to_end()
        listening = asyncio.create_task(arrivals.listen(consumer))
        await _commit_steadily(arrivals, database, per_second, int(per_second * seconds))
        async with asyncio.timeout(GIVE_UP):
            while arrivals.committed.keys() - arrivals.came.keys():  # noqa: ASYNC110 (another process sends them)
                await asyncio.sleep(0.05)
        listening.cancel()
        await consumer.stop()
    found = arrivals.lateness()
    return Lateness(per_second=per_second, events=len(found), spread=spread_of(found))


async def _commit_steadily(arrivals: _Arrivals, database: Database, per_second: float, events: int) -> None:
    """Every event has its moment; one that is held up does not make the next ones late."""
    orders = [IDS.new() for _ in range(ORDERS)]
    started = time.perf_counter()
    commits = []
    for number in range(events):
        await asyncio.sleep(max(0.0, started + number / per_second - time.perf_counter()))
        event = order_event(orders[number % ORDERS], number // ORDERS + 1)
        commits.append(asyncio.create_task(arrivals.commit(database, event)))
    await asyncio.gather(*commits)
