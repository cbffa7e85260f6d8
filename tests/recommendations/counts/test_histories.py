"""Random histories of orders, told twice, late and out of order, with rebuilds: the counts equal a recount."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.infra.mongo import Database, connect
from services.infra.settings import MongoSettings
from services.recommendations.counting.memory import MemoryCounts, MemoryShelf
from services.recommendations.counting.models import OrderNews
from services.shared.standing_orders import StandingLine, StandingOrder
from tests.recommendations.counts.contract import Counts
from tests.recommendations.counts.makers import NOW, counted, recounted
from tests.recommendations.counts.mongo import MongoCounts

USERS = ("ada", "bob", "eve")
SKUS = ("LAMP", "ROPE", "SOAP", "T.1")
RUNS = itertools.count(1)


Telling = tuple[int, bool]
"""Which order, by its number, and whether it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Orders, and what is told of them in batches.

    Attributes:
        standing: those that stand in the end, by their numbers.
        rebuilt: before which batch a rebuild begins, and before which it ends; None: there is none.
        paged: what the rebuild reads of the orders, some of which are called off later.
    """

    orders: tuple[StandingOrder, ...]
    standing: frozenset[int]
    batches: tuple[tuple[Telling, ...], ...]
    rebuilt: tuple[int, int] | None
    paged: tuple[int, ...]


orders = st.builds(
    lambda number, user, skus, units, age: StandingOrder(
        order_id=str(number),
        customer_id=user,
        placed_at=NOW - timedelta(days=age),
        lines=tuple(StandingLine(sku=sku, quantity=units) for sku in sorted(skus)),
    ),
    number=st.integers(0, 9),
    user=st.sampled_from(USERS),
    skus=st.sets(st.sampled_from(SKUS), min_size=1),
    units=st.integers(1, 3),
    age=st.integers(0, 20),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    known = tuple(draw(st.lists(orders, min_size=1, max_size=6, unique_by=lambda order: order.order_id)))
    confirmed = draw(st.sets(st.sampled_from(range(len(known)))))
    cancelled = draw(st.sets(st.sampled_from(range(len(known)))))
    once = [(number, True) for number in confirmed] + [(number, False) for number in cancelled]
    twice = draw(st.lists(st.sampled_from(once), max_size=4)) if once else []
    all_told = draw(st.permutations([*once, *twice]))
    cuts = sorted(draw(st.sets(st.integers(0, len(all_told)), max_size=3)))
    batches = tuple(tuple(all_told[one:other]) for one, other in itertools.pairwise([0, *cuts, len(all_told)]))
    begins = draw(st.integers(0, len(batches)))
    known_gone = {number for batch in batches[:begins] for number, stands in batch if not stands}
    return History(
        orders=known,
        standing=frozenset(confirmed - cancelled),
        batches=batches,
        rebuilt=(begins, draw(st.integers(begins, len(batches)))) if draw(st.booleans()) else None,
        paged=tuple(sorted(confirmed - known_gone)),
    )


async def told(counts: Counts, history: History, prefix: str) -> None:
    """Tells the history to the counts, and compares them with a recount in the end."""
    orders = [_prefixed(order, prefix) for order in history.orders]
    page = [orders[number] for number in history.paged]
    for number, batch in enumerate((*history.batches, ())):
        if history.rebuilt and history.rebuilt[0] == number:
            await counts.begin_rebuild(prefix)
            await counts.count_standing(prefix, page[::2])
        if history.rebuilt and history.rebuilt[1] == number:
            # Half of them twice, as a step that is tried again does.
            await counts.count_standing(prefix, page)
            await counts.finish_rebuild(prefix)
        await counts.count([OrderNews(order=orders[order], stands=stands) for order, stands in batch])
    users, skus = [prefix + user for user in USERS], [prefix + sku for sku in SKUS]
    expected = recounted(orders[number] for number in history.standing)
    assert await counted(counts, users, skus) == expected


def _prefixed(order: StandingOrder, prefix: str) -> StandingOrder:
    return StandingOrder(
        order_id=prefix + order.order_id,
        customer_id=prefix + order.customer_id,
        placed_at=order.placed_at,
        lines=tuple(StandingLine(sku=prefix + line.sku, quantity=line.quantity) for line in order.lines),
    )


Run = Callable[[Callable[[Counts], Awaitable[None]]], None]


@pytest.fixture(scope="module")
def on_mongo(mongo_url: str) -> Iterator[Run]:
    """Runs something on counts in MongoDB; one database for all histories, which are told apart by a prefix."""
    with asyncio.Runner() as runner:
        client = connect(MongoSettings(url=mongo_url))
        counts = MongoCounts(Database(client, "caravan_test_count_histories"))
        runner.run(counts.prepare())
        yield lambda work: runner.run(_awaited(work(counts)))
        runner.run(_awaited(client.drop_database("caravan_test_count_histories")))
        client.close()


async def _awaited(work: Awaitable[object]) -> None:
    await work


@given(histories())
def test_in_memory(history: History) -> None:
    asyncio.run(told(MemoryCounts(MemoryShelf()), history, "x"))


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(histories())
def test_in_mongodb(on_mongo: Run, history: History) -> None:
    on_mongo(lambda counts: told(counts, history, f"run{next(RUNS)}-"))
