"""A process of services that kills itself where a crash hurts most; made of the real relay and the real consumer.

`python -m tests.integration.events.doomed before-send SKU | after-send | after-effect`
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Final, NoReturn

from services.infra.consuming.consumer import Consumer, Means
from services.infra.consuming.events import EventWork
from services.infra.consuming.letters import KafkaLetters
from services.infra.kafka.publisher import Publisher
from services.infra.mongo import Database, connect
from services.infra.outbox.relay import Relay
from services.infra.outbox.rows import Outbox
from services.infra.outbox.times import LeaseTimes, RelayTimes
from services.infra.settings import KafkaSettings, Settings
from services.inventory.models import AdjustStock
from services.inventory.service import InventoryService
from services.inventory.store import MongoStockStore
from services.shared.actors import Actor, Role
from services.shared.clock import SystemClock
from services.shared.events import Event, Origin
from services.shared.ids import SortableIds
from services.shared.receipts import Delivery, Handler, Outcome
from workers.composition import STOCK_NOTES, compose
from workers.consumers import consumptions_of
from workers.event_types import KNOWN_TYPES
from workers.process import open_shared

SERVICE: Final = "inventory"
SOON: Final = RelayTimes(lease=LeaseTimes(lasts=2.5))
"""It takes over sooner than in earnest: whoever held the lease before is dead or stands still, and cannot renew it."""

OPS: Final = Actor(user_id="doomed", roles=frozenset({Role.OPS}))


def die() -> NoReturn:
    """As a crash: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


class DoomedPublisher(Publisher):
    """Dies when it is to publish: before it does, or right after."""

    def __init__(self, settings: KafkaSettings, *, sends: bool) -> None:
        super().__init__(settings)
        self._sends = sends

    async def publish(self, events: Sequence[Event], source: str) -> Mapping[str, str]:
        """Never returns."""
        if self._sends:
            await super().publish(events, source)
        die()


class DoomedHandler:
    """Offers Handler: dies when its first effects are there."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Never returns."""
        await self._handler.handle(deliveries)
        die()

    async def preview(self, delivery: Delivery) -> Outcome:
        return await self._handler.preview(delivery)


async def relay(settings: Settings, *, sends: bool, sku: str | None) -> None:
    """Commits a change of the SKU's stock, where one is given, and publishes what waits, as soon as it is its turn."""
    clock, ids = SystemClock(), SortableIds()
    database = Database(connect(settings.mongo), settings.mongo.database_prefix + SERVICE)
    publisher = DoomedPublisher(settings.kafka, sends=sends)
    one = Relay(SERVICE, database, publisher, clock, ids.new(), SOON)
    relaying = asyncio.create_task(one.run(asyncio.Event()))
    if sku is not None:
        face = InventoryService(MongoStockStore(database, Outbox(database)), clock, ids)
        change = AdjustStock(adjustment_id=ids.new(), sku=sku, delta=1, reason="found behind the shelf")
        await face.adjust_stock(change, OPS, Origin())
    await relaying


async def consume(settings: Settings) -> None:
    """One more member of the group that notes stock."""
    async with open_shared(settings, ["catalog"]) as shared:
        handler = DoomedHandler(compose("catalog", shared).handlers[STOCK_NOTES])
        work = EventWork(STOCK_NOTES, handler, KNOWN_TYPES.check, shared.clock)
        means = Means(kafka=settings.kafka, letters=KafkaLetters(settings.kafka), clock=shared.clock)
        for row in consumptions_of({STOCK_NOTES: work}):
            await Consumer(row, means).run(asyncio.Event())


def main(point: str, sku: str | None = None) -> None:
    """Never returns, but for what is no point to die at."""
    points: Mapping[str, Callable[[Settings], Coroutine[None, None, None]]] = {
        "before-send": partial(relay, sends=False, sku=sku),
        "after-send": partial(relay, sends=True, sku=sku),
        "after-effect": consume,
    }
    asyncio.run(points[point](Settings()))


if __name__ == "__main__":
    main(*sys.argv[1:])
