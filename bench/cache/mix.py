"""People who read and buy: how many of their pages are kept ones, and how old those are. Knows how, not what it means.

19 of 20 wishes are pages, one is an order. A page's stock is compared with what inventory tells of it afterwards.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from bench.cache.pages import NEWEST, PRODUCT, SHELF, Page, Reader
from bench.cache.shop import Crowd, Shop
from bench.cache.truth import Truth
from bench.timings import Spread, spread_of
from cli.shop_views import OrderWish
from services.shared.ids import SortableIds

ORDERS: Final = 0.05
LISTS: Final = 0.1
MOST_LINES: Final = 3
EXPONENT: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page that somebody was shown, and when it was asked for (seconds since 1970)."""

    kind: str
    asked: float
    took: float
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What came of it.

    Attributes:
        hits: the share of kept ones, by kind of page.
        stale: the share of pages that showed something older than was true when they were asked for.
        staleness: of the pages, 0 for those that were not.
        oldest: milliseconds.
        bought: milliseconds of placing an order.
    """

    clients: int
    pages: int
    orders: int
    changes: int
    per_second: float
    sources: Mapping[str, int]
    hits: Mapping[str, float]
    stale: float
    staleness: Spread
    oldest: float
    read: Spread
    bought: Spread


@dataclass(slots=True, kw_only=True)
class _Story:
    seen: list[Seen] = field(default_factory=list)
    bought: list[float] = field(default_factory=list)


class Mixture:
    """So many people, until it is over."""

    def __init__(self, shop: Shop, reader: Reader) -> None:
        self._shop = shop
        self._reader = reader
        self._crowd = Crowd(shop.skus, EXPONENT)
        self._ids = SortableIds()

    async def run(self, clients: int, seconds: float) -> _Story:
        story = _Story()
        until = time.perf_counter() + seconds

        async def person() -> None:
            while time.perf_counter() < until:
                await (self._buy(story) if self._crowd.happens(ORDERS) else self._look(story))

        await asyncio.gather(*(person() for _ in range(clients)))
        return story

    async def _buy(self, story: _Story) -> None:
        started = time.perf_counter()
        wish = OrderWish(lines=self._crowd.basket(MOST_LINES), key=self._ids.new())
        (await self._crowd.among(self._shop.customers).place(wish)).accepted()
        story.bought.append(time.perf_counter() - started)

    async def _look(self, story: _Story) -> None:
        kind, document, variables = self._wish()
        asked, started = time.time(), time.perf_counter()
        page = await self._reader.page(document, **variables)
        story.seen.append(Seen(kind=kind, asked=asked, took=time.perf_counter() - started, page=page))

    def _wish(self) -> tuple[str, str, dict[str, object]]:
        if self._crowd.happens(LISTS):
            return "a category, with stock", NEWEST, {"category": self._crowd.category()}
        if self._crowd.happens(LISTS):
            return "a category, what is in stock", SHELF, {"category": self._crowd.category()}
        return "a product", PRODUCT, {"sku": self._crowd.one()}


async def measured_mix(shop: Shop, url: str, truth: Truth, clients: int, seconds: float) -> Mix:
    """The mix, on a gateway."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        mixture = Mixture(shop, Reader(http, url))
        before, started = truth.changes(), time.perf_counter()
        story = await mixture.run(clients, seconds)
        took = time.perf_counter() - started
    await truth.complete()
    ages = [max((_staleness(truth, each, seen) for each in seen.page.stocks()), default=0.0) for seen in story.seen]
    sources = Counter(seen.page.source for seen in story.seen)
    return Mix(
        clients=clients,
        pages=len(story.seen),
        orders=len(story.bought),
        changes=truth.changes() - before,
        per_second=(len(story.seen) + len(story.bought)) / took,
        sources=dict(sources),
        hits=_hits(story.seen),
        stale=sum(age > 0 for age in ages) / len(ages),
        staleness=spread_of(ages),
        oldest=1000 * max(ages),
        read=spread_of([seen.took for seen in story.seen]),
        bought=spread_of(story.bought),
    )


def _staleness(truth: Truth, stock: Mapping[str, str], seen: Seen) -> float:
    return truth.staleness(stock["sku"], stock["updatedAt"], seen.asked)


def _hits(pages: Sequence[Seen]) -> dict[str, float]:
    kinds = Counter(seen.kind for seen in pages)
    kept = Counter(seen.kind for seen in pages if seen.page.source == "hit")
    return {kind: kept[kind] / number for kind, number in sorted(kinds.items())}
