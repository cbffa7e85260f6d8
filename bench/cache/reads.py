"""One page of products as a kept answer, as one that has to be made and kept, and from a gateway that keeps none."""

import itertools
from collections.abc import Mapping
from typing import Final

import aiohttp

from bench.api.load import Load, Measured, Send, measured
from bench.cache.pages import PRODUCTS, SEARCHED, Reader

CLIENTS: Final = (1, 8)
WHOLE: Final = 20
BLANKS: Final = 24
"""A search of so many blanks finds all that there is: each pattern of spaces and line ends is a page of its own."""


class Reads:
    """Each way to the page, ready to be sent."""

    def __init__(self, cached: Reader, uncached: Reader) -> None:
        self._cached = cached
        self._uncached = uncached
        self._searches = map("".join, itertools.product(" \n", repeat=BLANKS))

    async def hit(self) -> None:
        await _whole(self._cached, "hit", PRODUCTS)

    async def miss(self) -> None:
        await _whole(self._cached, "fwd=", SEARCHED, search=next(self._searches))

    async def bypass(self) -> None:
        await _whole(self._uncached, "", PRODUCTS)

    def by_name(self) -> dict[str, Send]:
        return {"hit": self.hit, "miss": self.miss, "no cache": self.bypass}


async def _whole(reader: Reader, source: str, document: str, **variables: object) -> None:
    page = await reader.page(document, **variables)
    if page.body.count(b'"sku"') != WHOLE or not page.source.startswith(source):
        raise ValueError(f"not the whole page from where it was to come: {page.source}")


async def measured_reads(cached: str, uncached: str, seconds: float, pids: Mapping[str, int]) -> list[Measured]:
    """Each way, by one client and by some."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        ways = Reads(Reader(http, cached), Reader(http, uncached)).by_name()
        return [
            await measured(Load(name=name, send=send, clients=clients, seconds=seconds), pids)
            for name, send in ways.items()
            for clients in CLIENTS
        ]
