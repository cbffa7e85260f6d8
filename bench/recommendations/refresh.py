"""How fast the lists of all customers are made anew, beside bare reads and writes of the same documents."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import psutil
from temporalio.testing import ActivityEnvironment

from activities.recommendations import PAGE, RecommendationActivities, RefreshBatch
from bench.recommendations.field import IDS, Field
from bench.recommendations.filling import GENERATION
from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from services.recommendations.counting.documents import ORDERS, named, place_of
from services.recommendations.events import refreshed_event
from services.recommendations.models import ListChange
from services.recommendations.refreshing.models import UsersAfter
from services.shared.events import Origin
from workers.recommendations import Stores

BATCH: Final = 1000
LOOK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """All lists made anew.

    Attributes:
        first: lists a second where there were none, each written and told of.
        again: lists a second where nothing has changed.
        bare: reads and writes of the same documents, in customers a second.
        mebibytes_more: what this process had more than before, at most.
        cpu_milliseconds: of a list that was not there before, by process.
    """

    customers: int
    first: float
    again: float
    bare: float
    mebibytes_more: float
    cpu_milliseconds: Mapping[str, float]


async def refresh_speed(field: Field) -> Refresh:
    """Measures all three, one after the other."""
    steps = RecommendationActivities(field.service.steps, field.service.steps)
    with_memory = _Memory()
    async with with_memory.watched():
        before = field.cpu_seconds("making")
        customers, first = await _timed(lambda: _refresh_all(steps))
        after = field.cpu_seconds("making")
        _, again = await _timed(lambda: _refresh_all(steps))
    _, bare = await _timed(lambda: _bare(field))
    return Refresh(
        customers=customers,
        first=customers / first,
        again=customers / again,
        bare=customers / bare,
        mebibytes_more=with_memory.mebibytes_more,
        cpu_milliseconds={name: 1000 * (after[name] - before[name]) / customers for name in after},
    )


async def _refresh_all(steps: RecommendationActivities) -> int:
    """As the nightly workflow does, batch after batch; how many customers there were."""
    customers, wish = 0, RefreshBatch(limit=BATCH)
    while True:
        done = await ActivityEnvironment().run(steps.refresh_batch, wish)
        customers += done.users
        if not done.more:
            return customers
        wish = replace(wish, after=done.after)


async def _bare(field: Field) -> int:
    """Reads each customer's purchases and list, and writes the list with its event elsewhere. No rule is asked."""
    elsewhere = Database(field.client, f"{field.name}_bare")
    copies = Stores.of(elsewhere, Outbox(elsewhere)).lists
    await copies.prepare()
    purchases, after, customers = field.database.collection(named(ORDERS, GENERATION)), "", 0
    while True:
        page = await field.service.steps.users_after(UsersAfter(after=after, limit=PAGE))
        await purchases.find({"place": {"$in": [place_of(user_id) for user_id in page.user_ids]}}).to_list(None)
        lists = (await field.service.stores.lists.lists_of(page.user_ids)).values()
        events = [refreshed_event(each, IDS.new(), Origin()) for each in lists]
        await copies.keep([ListChange(was=None, now=each) for each in lists], events)
        customers += len(page.user_ids)
        if page.after is None:
            return customers
        after = page.after


async def _timed(work: Callable[[], Awaitable[int]]) -> tuple[int, float]:
    started = time.perf_counter()
    done = await work()
    return done, time.perf_counter() - started


class _Memory:
    """What this process takes more than when it began to be watched, at most."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._at_rest = self._most = self._process.memory_info().rss

    @property
    def mebibytes_more(self) -> float:
        return (self._most - self._at_rest) / 2**20

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async def _watch(self) -> None:
        while True:
            self._most = max(self._most, self._process.memory_info().rss)
            await asyncio.sleep(LOOK_EVERY)
