"""The one page of metrics of a process: its own, and what libraries in it tell at an address of theirs.

A library that does not answer in time leaves its part out and says so; the page itself never fails.
"""

import asyncio
from http import HTTPStatus
from importlib.metadata import version
from typing import Final

import aiohttp
from prometheus_client import REGISTRY, CollectorRegistry, Gauge, GCCollector, Info, ProcessCollector, generate_latest

from services.infra.metrics.pools import PoolMetrics

PART_WITHIN: Final = 1.0
"""Seconds; Prometheus itself waits ten."""

TEMPORAL: Final = "temporal"
"""The part that Temporal's SDK tells."""


class ProcessMetrics:
    """All that one process tells. Components register theirs in `registry`; `pools` is for their pools."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        # Of its own: the default registry is shared by all of an interpreter, this is of one process.
        self._own = CollectorRegistry()
        self.pools = PoolMetrics(self._own)
        self._parts: dict[str, str | None] = {}
        self._up = Gauge(
            "caravan_metrics_part_up",
            "1 while that part of this page could be read: 0 where what it tells is missing here",
            ["part"],
            registry=self._own,
        )
        Info("caravan_build", "Which Caravan this is", registry=self._own).info({"version": version("caravan")})
        if registry is not REGISTRY:
            ProcessCollector(registry=self._own)
            GCCollector(registry=self._own)

    def expect(self, part: str, url: str | None = None) -> None:
        """The page has this part too, read at that URL's `/metrics`; without one the part is missing for now."""
        self._parts[part] = url
        self._up.labels(part).set(0)

    async def page(self) -> bytes:
        """Everything, in Prometheus' text format. Raises nothing but CancelledError."""
        others = await asyncio.gather(*(self._read(part, url) for part, url in self._parts.items()))
        return b"".join([generate_latest(self.registry), generate_latest(self._own), *others])

    async def _read(self, part: str, url: str | None) -> bytes:
        text = await _text_of(url) if url else None
        self._up.labels(part).set(0 if text is None else 1)
        return text or b""


async def _text_of(url: str) -> bytes | None:
    """None where it does not answer in time, or not with a page."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PART_WITHIN)) as session,
            session.get(f"{url}/metrics") as answer,
        ):
            text = await answer.read()
            return text if answer.status == HTTPStatus.OK and (not text or text.endswith(b"\n")) else None
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
