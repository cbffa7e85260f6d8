"""What other processes commit: told by a change stream, which only wakes. Reads no event and misses what it misses.

It is open only while another relay of the same service waits for the lease: without one nobody else commits, and a
stream costs the database something for every commit.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from services.infra.outbox import metrics
from services.infra.outbox.lease import Lease
from services.infra.outbox.rows import Outbox
from services.shared.errors import Unavailable

CHECK_EVERY: Final = 1.0
REST: Final = 5.0
"""Seconds: between looks whether there is company, and after a stream that broke."""

log = structlog.get_logger(__name__)


class Watch:
    """One relay's ear for other processes. `on_arrival` is called with the id of each event that is committed."""

    def __init__(self, service: str, outbox: Outbox, lease: Lease, on_arrival: Callable[[str], None]) -> None:
        self._service = service
        self._outbox = outbox
        self._lease = lease
        self._on_arrival = on_arrival
        self._said = False

    async def keep(self) -> None:
        """Opens the stream and closes it as there is company. Goes on until cancelled."""
        listening: asyncio.Task[None] | None = None
        try:
            while True:
                if self._lease.has_company and listening is None:
                    listening = asyncio.create_task(self._listen())
                elif not self._lease.has_company and listening is not None:
                    listening.cancel()
                    listening = None
                metrics.WATCHING.labels(self._service).set(listening is not None)
                await asyncio.sleep(CHECK_EVERY)
        finally:
            if listening is not None:
                listening.cancel()

    async def _listen(self) -> None:
        while True:
            try:
                async for event_id in self._outbox.arrivals():
                    self._said = False
                    self._on_arrival(event_id)
            except Unavailable as failure:
                if not self._said:
                    log.warning("no change stream: looks alone find others' events", reason=str(failure))
                self._said = True
            await asyncio.sleep(REST)
