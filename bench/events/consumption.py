"""How fast a consumer with receipts is beside its limit: bare transactions of two writes, one for each event."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from prometheus_client import REGISTRY

from bench.events.field import CLOCK, IDS, Field
from services.catalog.handlers import StockNotes
from services.infra.consuming.consumer import Consumer, Means
from services.infra.consuming.events import EventWork
from services.infra.consuming.letters import KafkaLetters
from services.infra.consuming.work import SEVERAL, Consumption
from services.infra.kafka.outgoing import outgoing_of
from services.infra.kafka.topics import ensure_topics
from services.infra.mongo import Database
from services.infra.settings import KafkaSettings
from services.infra.transaction import added, changed
from services.shared.events import Event
from workers.composition import product_store
from workers.event_types import KNOWN_TYPES

SKUS = 200
WRITERS = 8
"""Of bare transactions, side by side, each with SKUs of its own: as many as the database has threads."""

LOOK_EVERY = 0.02
GIVE_UP = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionSpeed:
    """Events a second, of the same events in the same run. `alone` is the consumer with one event a transaction."""

    events: int
    consumer: float
    alone: float
    bare: float


async def consumption_speed(field: Field, events: int) -> ConsumptionSpeed:
    """Measures all three, one after the other."""
    told = _stock_events(events)
    await _publish(field, told)
    return ConsumptionSpeed(
        events=events,
        bare=events / await _bare(Database(field.mongo, "bench_bare"), told),
        consumer=events / await _consume(field, "bench-together", events, SEVERAL),
        alone=events / await _consume(field, "bench-alone", events, 1),
    )


def _stock_events(count: int) -> list[Event]:
    run = IDS.new()
    return [
        Event(
            id=IDS.new(),
            type="stock.adjusted.v1",
            subject=f"{run}-{number % SKUS}",
            sequence=number // SKUS + 1,
            time=CLOCK.now(),
            data={
                "sku": f"{run}-{number % SKUS}",
                "onHand": number + 1,
                "reserved": 0,
                "available": number + 1,
                "quantity": 1,
            },
        )
        for number in range(count)
    ]


async def _publish(field: Field, told: Sequence[Event]) -> None:
    await ensure_topics(KafkaSettings(bootstrap=field.kafka))
    producer = AIOKafkaProducer(bootstrap_servers=field.kafka)
    await producer.start()
    records, _ = outgoing_of(told, "inventory")
    for record in records:
        await producer.send(record.topic, record.value, record.key, headers=record.headers)
    await producer.stop()


async def _consume(field: Field, name: str, events: int, together: int) -> float:
    """Seconds from the consumer's first effect to its last; all that is on the topic is counted."""
    settings = KafkaSettings(bootstrap=field.kafka)
    store = product_store(Database(field.mongo, name.replace("-", "_")))
    await store.prepare()
    letters = KafkaLetters(settings)
    work = EventWork(name, StockNotes(store, lambda _since: None), KNOWN_TYPES.check, CLOCK)
    row = Consumption(topics=("caravan.inventory",), consumer=name, work=work, together=together)
    stop = asyncio.Event()
    running = asyncio.create_task(Consumer(row, Means(kafka=settings, letters=letters, clock=CLOCK)).run(stop))
    async with asyncio.timeout(GIVE_UP):
        await _until_handled(name, 1)
        before, started = _handled(name), time.perf_counter()
        await _until_handled(name, events)
    seconds = (time.perf_counter() - started) * events / (events - before)
    stop.set()
    await running
    await letters.close()
    return seconds


async def _until_handled(name: str, count: int) -> None:
    while _handled(name) < count:  # noqa: ASYNC110 - a counter tells nobody
        await asyncio.sleep(LOOK_EVERY)


def _handled(name: str) -> float:
    return REGISTRY.get_sample_value("caravan_consumer_handled_total", {"consumer": name}) or 0.0


async def _bare(database: Database, told: Sequence[Event]) -> float:
    """A receipt and a note, together, for each event."""
    await database.ensure_collection("inbox")
    await database.ensure_collection("stock_notes")
    await database.write_all([added("stock_notes", {"_id": sku}) for sku in {event.subject for event in told}])

    async def write(mine: Sequence[Event]) -> None:
        for event in mine:
            noted = {"available": event.data["available"], "version": event.sequence}
            receipt = added("inbox", {"_id": event.id, "outcome": "applied", "at": event.time})
            await database.write_all([receipt, changed("stock_notes", {"_id": event.subject}, {"$set": noted})])

    started = time.perf_counter()
    await asyncio.gather(*(write(told[number::WRITERS]) for number in range(WRITERS)))
    return time.perf_counter() - started
