"""The servers that events are measured on, an outbox filled with them, and a relay at work. Measures nothing itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cli.ready import Addresses
from services.infra.kafka.publisher import Publisher
from services.infra.mongo import Client, Database, close, connect
from services.infra.outbox.relay import Relay
from services.infra.outbox.rows import Outbox, told
from services.infra.settings import KafkaSettings, MongoSettings
from services.shared.clock import Clock, SystemClock
from services.shared.events import Event, Origin
from services.shared.ids import SortableIds, first_id_of

SERVICE = "orders"
FILLED_AT_ONCE = 500
EVENTS_OF_ONE = 3
"""An order tells three times on its usual way."""

CLOCK = SystemClock()
IDS = SortableIds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Connections to the servers."""

    kafka: str
    mongo: Client

    async def outbox(self, name: str) -> tuple[Database, Outbox]:
        """An empty outbox, in a database of its own."""
        database = Database(self.mongo, f"bench_{name}")
        outbox = Outbox(database)
        await outbox.prepare()
        return database, outbox


@asynccontextmanager
async def field_at(addresses: Addresses) -> AsyncIterator[Field]:
    """Connects, and disconnects in the end."""
    mongo = connect(MongoSettings(url=addresses.mongo))
    yield Field(kafka=addresses.kafka, mongo=mongo)
    await close(mongo)


def order_event(order_id: str, sequence: int) -> Event:
    """An event of the usual size: 280 bytes of data, 350 of headers."""
    lines = [{"sku": f"sku-{number}", "quantity": 1, "price": {"amount": "9.99", "currency": "EUR"}} for number in "ab"]
    return Event(
        id=IDS.new(),
        type="order.placed.v1",
        subject=order_id,
        sequence=sequence,
        time=CLOCK.now(),
        data={
            "orderId": order_id,
            "customerId": order_id,
            "lines": lines,
            "total": {"amount": "19.98", "currency": "EUR"},
        },
        origin=Origin(
            correlation_id=order_id, causation_id=f"order/{order_id}", traceparent=f"00-{IDS.new()}-{'1' * 16}-01"
        ),
    )


def order_events(count: int) -> Iterator[Event]:
    """So many events, each order's in their order."""
    for start in range(0, count, EVENTS_OF_ONE):
        order_id = IDS.new()
        for sequence in range(1, min(EVENTS_OF_ONE, count - start) + 1):
            yield order_event(order_id, sequence)


async def fill(database: Database, count: int, over: timedelta = timedelta(0)) -> None:
    """Stores so many events, as if they had been told one after the other over that time until now."""
    batch: list[Event] = []
    start = CLOCK.now() - over
    for number, event in enumerate(order_events(count)):
        moment = start + over * number / count
        batch.append(replace(event, id=f"{first_id_of(moment)}{number:020x}", time=moment) if over else event)
        if len(batch) == FILLED_AT_ONCE:
            await database.write_all(told(batch))
            batch = []
    await database.write_all(told(batch))


class Earlier:
    """A clock that is behind by so much."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return CLOCK.now() - self._by


@asynccontextmanager
async def relaying(field: Field, database: Database, clock: Clock = CLOCK) -> AsyncIterator[None]:
    """A relay, as a process of the service has it."""
    publisher = Publisher(KafkaSettings(bootstrap=field.kafka))
    await publisher.connect()
    stop = asyncio.Event()
    running = asyncio.create_task(Relay(SERVICE, database, publisher, clock, IDS.new()).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([running])
        await publisher.close()
