"""The life of a process: what is started in which order, what is waited for, and how it ends.

What goes away while it runs comes back by itself; only a signal ends the process.
"""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import aiohttp
import structlog
from prometheus_client import REGISTRY
from temporalio.client import Client
from temporalio.runtime import Runtime

from services.infra.consuming.consumer import Consumer
from services.infra.consuming.letters import KafkaLetters
from services.infra.consuming.work import Consumption
from services.infra.kafka.publisher import Publisher
from services.infra.metrics.http_pool import CountedConnector
from services.infra.metrics.listeners import ANY_PORT, opened_by
from services.infra.metrics.page import TEMPORAL, ProcessMetrics
from services.infra.mongo import CONNECTIONS
from services.infra.mongo import close as close_mongo
from services.infra.mongo import connect as connect_mongo
from services.infra.notices import Announcer
from services.infra.outbox.relay import Relay
from services.infra.redis import CONNECTIONS as REDIS_CONNECTIONS
from services.infra.redis import connect as connect_redis
from services.infra.redis_calls.scripts import RedisScripts
from services.infra.response_cache.redis_store import RedisResponses
from services.infra.settings import Settings
from services.shared.clock import SystemClock
from services.shared.errors import Unavailable
from services.shared.ids import SortableIds
from workers import temporal
from workers.cache_drops import CacheDrops
from workers.composition import Hosted, Shared, compose, signing_keys
from workers.consumers import CONSUMERS, appliers_of, consumptions_of, works_of
from workers.consuming import means_of
from workers.fan_out import TemporalFanOut
from workers.http_server import Readiness, build_app, build_server, listen
from workers.identity import build_entry, keys_from
from workers.live_notices import LiveNotices
from workers.news import News
from workers.refreshes import refreshing_of
from workers.replays import replays_of
from workers.schedules.keeping import keep_schedules, make_schedules
from workers.schedules.table import schedules_of
from workers.stranded import Stranded
from workers.stuck_orders import StuckOrders
from workers.supervision import keep_running, until_available
from workers.topics import keep_topics
from workers.tuning import workflow_threads
from workflows.names import NOTIFICATIONS, ORDERS_QUEUE
from workflows.runtime import new_runtime

STARTUP: Final = "startup"
PROVIDER_CONNECTIONS: Final = 100
LAST_WITHIN: Final = 1.5
STOP_WITHIN: Final = 8.0
GONE_AFTER: Final = 9.5
"""Seconds: for what is still to be told once all else has ended; and from the signal to the end of draining, all
together, and to the end of the process, whatever hangs."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_shared(settings: Settings, names: Sequence[str]) -> AsyncIterator[Shared]:
    """The connections of a process that hosts these services; none is made before it is needed."""
    metrics = ProcessMetrics(REGISTRY)
    mongo, clock = connect_mongo(settings.mongo, metrics.pools.pool("mongo", CONNECTIONS)), SystemClock()
    keys = signing_keys(settings, mongo, clock) if "users" in names else None
    try:
        async with aiohttp.ClientSession(connector=_connector(metrics)) as session:
            entry = build_entry(settings, keys_from(keys, settings, session), clock)
            yield Shared(
                settings=settings,
                metrics=metrics,
                mongo=mongo,
                session=session,
                clock=clock,
                ids=SortableIds(),
                entry=entry,
                keys=keys,
                homes={row.consumer: row.service for row in CONSUMERS},
                fan_out=TemporalFanOut(settings.services.together_with(NOTIFICATIONS)),
                refreshing=refreshing_of(settings),
            )
    finally:
        await close_mongo(mongo)


def _connector(metrics: ProcessMetrics) -> aiohttp.BaseConnector:
    return CountedConnector(metrics.pools.pool("http", PROVIDER_CONNECTIONS), limit=PROVIDER_CONNECTIONS)


class Process:
    """Some services, running. `stop` may be set at any moment."""

    def __init__(self, shared: Shared, names: Sequence[str]) -> None:
        self._settings = shared.settings
        self._metrics = shared.metrics
        self._hosted = [compose(name, shared) for name in names]
        self._publisher = Publisher(shared.settings.kafka)
        self._redis = connect_redis(shared.settings.redis, shared.metrics.pools.pool("redis", REDIS_CONNECTIONS))
        kept = RedisResponses(RedisScripts(self._redis), shared.ids)
        self._drops = CacheDrops(kept, shared.clock)
        self._owed = shared.owed
        news = News(drops=self._drops, live=LiveNotices(Announcer(self._redis), shared.clock))
        self._works = {hosted.name: works_of(hosted, news, shared.clock) for hosted in self._hosted}
        self._appliers = {hosted.name: appliers_of(hosted, news, shared.clock) for hosted in self._hosted}
        self._clock = shared.clock
        self._letters = KafkaLetters(shared.settings.kafka)
        self._means = means_of(shared.settings, self._letters, shared.clock)
        self._holder = shared.ids.new()
        settings = shared.settings
        self._schedules = {key: each for name in names for key, each in schedules_of(name, settings).items()}
        self._fan_out = shared.fan_out
        self._engine_users = (shared.fan_out, shared.refreshing)
        self._temporal: Client | None = None
        self._started = False
        self._drained = asyncio.Event()
        self.stop = asyncio.Event()

    async def run(self, listening: socket.socket) -> None:
        """Serves on the socket at once, works as soon as it can, and returns when all is drained."""
        routers = [hosted.router for hosted in self._hosted]
        server = build_server(build_app(routers, self.readiness, self._metrics.page))
        serving = asyncio.create_task(server.serve([listening]))
        working = asyncio.create_task(self._work())
        stopping = asyncio.create_task(self.stop.wait())
        await asyncio.wait({serving, working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        self.stop.set()
        server.should_exit = True
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await asyncio.gather(serving, working)
                for hosted in self._hosted:
                    if hosted.close is not None:
                        await hosted.close()
                await self._publisher.close()
                await self._letters.close()
                await self._redis.aclose()
        except TimeoutError:
            log.warning("not all could be drained in time")
        finally:
            # The server's parts outlive the loop, and with them a client would outlive it too (see `__main__`).
            self._temporal = None
            self._use(None)

    def _use(self, client: Client | None) -> None:
        for each in self._engine_users:
            each.use(client)

    async def readiness(self) -> Readiness:
        """Asks everything that the process needs. Kafka may be away: events wait in the outbox."""
        checks = {
            "mongo": self._mongo_answers(),
            "temporal": self._temporal_answers(),
            "kafka": self._publisher.probe(),
        }
        answers = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
        missing = [name for name, there in answers.items() if not there]
        ready = self._started and not self.stop.is_set() and not set(missing) - {"kafka"}
        if not self._started and not missing:
            missing.append(STARTUP)
        return Readiness(ready=ready, missing=tuple(missing))

    async def _mongo_answers(self) -> bool:
        try:
            await self._hosted[0].database.ping()
        except Unavailable:
            return False
        return True

    async def _temporal_answers(self) -> bool:
        return self._temporal is not None and await temporal.probe(self._temporal)

    async def _work(self) -> None:
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(self.stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
            return
        client = await starting
        last = [self._relaying(hosted) for hosted in self._hosted if hosted.tells]
        last.append(self._dropping())
        consumers = [consuming for hosted in self._hosted for consuming in self._consuming(hosted)]
        aside = [self._keeping_topics(), self._keeping_schedules(client)]
        aside += [task for hosted in self._hosted for task in self._running_aside(hosted)]
        aside += [self._taking_up(client)] if NOTIFICATIONS in self._works else []
        aside += [self._counting_stuck(client)] if ORDERS_QUEUE in self._works else []
        self._started = True
        log.info("ready", services=[hosted.name for hosted in self._hosted])
        await self._run_workers(client)
        await asyncio.gather(*consumers, *aside)
        self._drained.set()
        await self._end(last)

    async def _end(self, last: Sequence[asyncio.Task[None]]) -> None:
        """Lets them give way to others; one that hangs is cut off."""
        _, hanging = await asyncio.wait(last, timeout=LAST_WITHIN)
        for task in hanging:
            task.cancel()
        if hanging:
            await asyncio.wait(hanging)

    async def _start(self) -> Client:
        """Waits for databases and Temporal, and prepares both."""
        for hosted in self._hosted:
            await until_available(hosted.name, hosted.prepare)
        runtime = self._new_runtime()
        client = await until_available("workers", lambda: temporal.connect(self._settings.temporal, runtime))
        self._temporal = client
        self._use(client)
        await until_available("workers", lambda: temporal.ensure_search_attributes(client))
        await until_available("schedules", lambda: make_schedules(client, self._schedules))
        return client

    def _new_runtime(self) -> Runtime:
        if not self._settings.metrics.temporal:
            return new_runtime()
        runtime, url = opened_by(lambda: new_runtime(ANY_PORT))
        self._metrics.expect(TEMPORAL, url)
        return runtime

    def _relaying(self, hosted: Hosted) -> asyncio.Task[None]:
        relay = Relay(hosted.name, hosted.database, self._publisher, self._clock, self._holder)
        run = partial(relay.run, self._drained)
        return asyncio.create_task(keep_running(f"relay of {hosted.name}", run, self._drained))

    def _dropping(self) -> asyncio.Task[None]:
        now = self._clock.now()
        for row in CONSUMERS:
            if row.owes and any(row.consumer in works for works in self._works.values()):
                self._owed.owe(row.consumer, row.owes, now)
        run = partial(self._owed.run, self._drops, self._drained)
        return asyncio.create_task(keep_running("drops that are owed", run, self._drained))

    def _keeping_topics(self) -> asyncio.Task[None]:
        run = partial(keep_topics, self._settings.kafka, self.stop)
        return asyncio.create_task(keep_running("topics", run, self.stop))

    def _keeping_schedules(self, client: Client) -> asyncio.Task[None]:
        run = partial(keep_schedules, client, self._schedules, self.stop)
        return asyncio.create_task(keep_running("schedules", run, self.stop))

    def _taking_up(self, client: Client) -> asyncio.Task[None]:
        run = partial(Stranded(client, self._fan_out, self._clock).run, self.stop)
        return asyncio.create_task(keep_running("messages without a workflow", run, self.stop))

    def _counting_stuck(self, client: Client) -> asyncio.Task[None]:
        run = partial(StuckOrders(client).run, self.stop)
        return asyncio.create_task(keep_running("count of stuck orders", run, self.stop))

    def _consuming(self, hosted: Hosted) -> list[asyncio.Task[None]]:
        def running(row: Consumption) -> asyncio.Task[None]:
            run = partial(Consumer(row, self._means).run, self.stop)
            return asyncio.create_task(keep_running(f"consumer {row.consumer}", run, self.stop))

        return [running(row) for row in consumptions_of(self._works[hosted.name])]

    def _running_aside(self, hosted: Hosted) -> list[asyncio.Task[None]]:
        return [
            asyncio.create_task(keep_running(what, partial(run, self.stop), self.stop))
            for what, run in hosted.aside.items()
        ]

    async def _run_workers(self, client: Client) -> None:
        """Returns when told to stop and all workers are drained."""
        steps = {hosted.name: hosted.activities for hosted in self._hosted if hosted.activities is not None}
        replays = replays_of(self._appliers)
        with workflow_threads() as threads:
            running = [
                keep_running(f"worker of {queue}", partial(temporal.run_worker, make, self.stop), self.stop)
                for queue, make in temporal.worker_makers(client, steps, replays, threads).items()
            ]
            await asyncio.gather(*running, self.stop.wait())


def _tell(stop: asyncio.Event) -> None:
    stop.set()
    # A driver's thread that hangs in a read cannot be ended, and Python would wait for it. Nothing is lost: whatever
    # was not finished is what a crash leaves behind, too.
    last_resort = threading.Timer(GONE_AFTER, os._exit, (1,))
    last_resort.daemon = True
    last_resort.start()


async def run(settings: Settings, names: Sequence[str]) -> None:
    """Runs these services until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    listening = listen(settings.services.host, settings.services.port)
    async with open_shared(settings, names) as shared:
        process = Process(shared, names)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _tell, process.stop)
        await process.run(listening)
