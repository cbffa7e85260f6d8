"""How fast a relay is beside its two limits: a bare producer, and the database's reads and updates alone."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

import psutil
from aiokafka import AIOKafkaProducer
from prometheus_client import REGISTRY

from bench.events.field import CLOCK, SERVICE, Earlier, Field, fill, order_events, relaying
from services.infra.kafka.outgoing import outgoing_of
from services.infra.kafka.publisher import BATCH_BYTES
from services.infra.mongo import Database
from services.infra.outbox.relay import BATCH
from services.infra.outbox.rows import Outbox

LOOK_EVERY = 0.05
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySpeed:
    """Events a second, of the same events in the same run."""

    events: int
    relay: float
    producer: float
    database: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """A backlog, drained. Memory is what this process had more than before, at most."""

    events: int
    seconds: float
    mebibytes_more: float


async def relay_speed(field: Field, events: int, round_: int) -> RelaySpeed:
    """Measures all three, one after the other."""
    return RelaySpeed(
        events=events,
        producer=events / await _bare_producer(field, events),
        database=events / await _database_alone(field, events, f"bare_{round_}"),
        relay=events / await _relay(field, events, f"relay_{round_}"),
    )


async def backlog(field: Field, events: int) -> Backlog:
    """Drains what Kafka being away for an hour has left, and watches the memory meanwhile."""
    database, _ = await field.outbox("backlog")
    async with relaying(field, database, Earlier(2 * AN_HOUR)):
        await _first_look()
    await fill(database, events, AN_HOUR)
    process = psutil.Process()
    at_rest = most = process.memory_info().rss
    watching = True

    async def watch() -> None:
        nonlocal most
        while watching:
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(LOOK_EVERY)

    watcher = asyncio.create_task(watch())
    seconds = await _drain(field, database, events)
    watching = False
    await watcher
    return Backlog(events=events, seconds=seconds, mebibytes_more=(most - at_rest) / 2**20)


async def _relay(field: Field, events: int, name: str) -> float:
    database, _ = await field.outbox(name)
    await fill(database, events)
    return await _drain(field, database, events)


async def _drain(field: Field, database: Database, events: int) -> float:
    """Seconds from the relay's start until all are published and marked."""
    wanted, outbox = _counted("published") + events, Outbox(database)
    started = time.perf_counter()
    async with relaying(field, database):
        while _counted("published") < wanted or await outbox.count_waiting():  # noqa: ASYNC110 (a server's)
            await asyncio.sleep(LOOK_EVERY)
        return time.perf_counter() - started


async def _first_look() -> None:
    looks = _counted("looks")
    while _counted("looks") == looks:  # noqa: ASYNC110 (a counter of the relay's)
        await asyncio.sleep(LOOK_EVERY)


def _counted(what: str) -> float:
    return REGISTRY.get_sample_value(f"caravan_outbox_{what}_total", {"service": SERVICE}) or 0.0


async def _bare_producer(field: Field, events: int) -> float:
    records, _ = outgoing_of(list(order_events(events)), SERVICE)
    producer = AIOKafkaProducer(
        bootstrap_servers=field.kafka, acks="all", enable_idempotence=True, linger_ms=0, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    try:
        started = time.perf_counter()
        sending = [
            await producer.send(record.topic, record.value, record.key, headers=record.headers) for record in records
        ]
        await asyncio.gather(*sending)
        return time.perf_counter() - started
    finally:
        await producer.stop()


async def _database_alone(field: Field, events: int, name: str) -> float:
    """The same reads and marks as a relay makes, and nothing between them."""
    database, outbox = await field.outbox(name)
    await fill(database, events)
    started = time.perf_counter()
    async with outbox.waiting(BATCH) as batches:
        async for rows in batches:
            await outbox.mark_sent([row.id for row in rows], CLOCK.now())
    return time.perf_counter() - started
