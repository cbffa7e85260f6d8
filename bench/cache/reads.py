"""One page of products as a kept answer, as one that has to be made and kept, and from a gateway that keeps none."""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.api.load import Load, Measured, measured
from bench.cache.pages import PRODUCTS, SEARCHED, Reader

CLIENTS: Final = (1, 8)
WHOLE: Final = 20
BLANKS: Final = 24
"""A search of so many blanks finds all that there is: each pattern of spaces and line ends is a page of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A gateway: where it is, and the processes whose time is measured, by what they are called."""

    url: str
    pids: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One way to the page, and how many answers came from where."""

    load: Measured
    sources: Mapping[str, int]


class _Way:
    """Ready to be sent. Each document is asked for as it stands, or with another search each time."""

    def __init__(self, reader: Reader, document: str) -> None:
        self._reader = reader
        self._document = document
        self._searches = map("".join, itertools.product(" \n", repeat=BLANKS))
        self.sources = Counter[str]()

    async def send(self) -> None:
        """Raises ValueError for less than the whole page."""
        variables = {"search": next(self._searches)} if self._document == SEARCHED else {}
        page = await self._reader.page(self._document, **variables)
        if page.body.count(b'"sku"') != WHOLE:
            raise ValueError(page.body)
        self.sources[page.source] += 1


async def measured_reads(cached: Place, uncached: Place, seconds: float) -> list[Read]:
    """Each way, by one client and by some."""
    ways = {"hit": (cached, PRODUCTS), "miss": (cached, SEARCHED), "no cache": (uncached, PRODUCTS)}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        found = []
        for name, (place, document) in ways.items():
            way = _Way(Reader(http, place.url), document)
            for clients in CLIENTS:
                way.sources.clear()
                load = Load(name=name, send=way.send, clients=clients, seconds=seconds)
                run = await measured(load, place.pids)
                found.append(Read(load=run, sources=dict(way.sources)))
        return found
