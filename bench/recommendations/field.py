"""The database alone, and recommendations on it as their process has them. Measures nothing."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bench.recommendations.filling import fill
from bench.recommendations.history import History
from bench.timings import cpu_seconds
from cli.ready import Addresses
from services.infra.mongo import Client, Database, close, connect
from services.infra.outbox.rows import Outbox
from services.infra.settings import MongoSettings, RecommendationsSettings
from services.shared.clock import SystemClock
from services.shared.ids import SortableIds
from workers.recommendations import Recommending, World

CLOCK: Final = SystemClock()
IDS: Final = SortableIds()


@dataclass(frozen=True, kw_only=True)
class Field:
    """A database of recommendations with a past in it.

    Attributes:
        server: the process of the database server.
    """

    client: Client
    name: str
    history: History
    server: int

    @cached_property
    def database(self) -> Database:
        """The database of that name."""
        return Database(self.client, self.name)

    def cpu_seconds(self, name: str) -> dict[str, float]:
        """Of this process alone, under that name, and of the database: the servers are children of this process."""
        return {name: time.process_time()} | cpu_seconds({"database": self.server})

    @cached_property
    def service(self) -> Recommending:
        """All of the service."""
        return Recommending.of(
            World(
                settings=RecommendationsSettings(),
                database=self.database,
                outbox=Outbox(self.database),
                clock=CLOCK,
                ids=IDS,
            )
        )


@asynccontextmanager
async def connected(addresses: Addresses) -> AsyncIterator[Client]:
    """A client of the stack's database server."""
    client = connect(MongoSettings(url=addresses.mongo))
    try:
        yield client
    finally:
        await close(client)


async def field_with(client: Client, server: int, orders: int) -> Field:
    """A database of its own with so many orders in its counters."""
    history = History(orders=orders, until=CLOCK.now())
    field = Field(client=client, name=f"bench_recommendations_{orders}", history=history, server=server)
    await field.service.stores.prepare()
    await field.service.stores.shelf.note(list(history.shelf()))
    await fill(field.database, history)
    return field
