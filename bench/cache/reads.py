"""One page of products as a kept answer, as one that has to be made and kept, and from a gateway that keeps none."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.api.load import Load, Measured, measured
from bench.cache.pages import FURTHER, PLACES, PRODUCTS, Reader

CLIENTS: Final = (1, 8)
WHOLE: Final = 20


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
    """Ready to be sent: the first page, or the one behind each of these places in turn."""

    def __init__(self, reader: Reader, places: Sequence[str] = ()) -> None:
        self._reader = reader
        self._places = itertools.cycle(places)
        self._document = FURTHER if places else PRODUCTS
        self.sources = Counter[str]()

    async def send(self) -> None:
        """Raises ValueError for less than the whole page."""
        variables = {"after": next(self._places)} if self._document == FURTHER else {}
        page = await self._reader.page(self._document, **variables)
        if page.body.count(b'"sku"') != WHOLE:
            raise ValueError(page.body)
        self.sources[page.source] += 1


async def measured_reads(cached: Place, uncached: Place, seconds: float) -> list[Read]:
    """Each way, by one client and by some. There must be more places for pages than are asked for."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        keeping, other = Reader(http, cached.url), Reader(http, uncached.url)
        places = (await _places(other))[:-WHOLE]
        ways = {"hit": (cached, _Way(keeping)), "miss": (cached, _Way(keeping, places))}
        ways["no cache"] = (uncached, _Way(other))
        found = []
        for name, (place, way) in ways.items():
            for clients in CLIENTS:
                way.sources.clear()
                load = Load(name=name, send=way.send, clients=clients, seconds=seconds)
                run = await measured(load, place.pids)
                found.append(Read(load=run, sources=dict(way.sources)))
        return found


async def _places(reader: Reader) -> list[str]:
    """The cursors of all products."""
    found: list[str] = []
    while cursors := (await reader.page(PLACES, after=found[-1] if found else None)).cursors():
        found += cursors
    return found
