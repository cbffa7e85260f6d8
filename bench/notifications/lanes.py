"""How long a critical mail takes while standard ones are waiting for connections, beside none. The way to the mail
server alone: from the wish to hand it over to its last answer.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from bench.notifications.handing_over import HEAD, LINE, SENDER
from bench.timings import Spread, spread_of
from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.envelope import Envelope
from services.infra.smtp.lanes import Lane
from services.infra.smtp.pool import SmtpPool

CONTENT: Final = HEAD + LINE * 200
EVERY: Final = 0.02
"""Seconds between two critical mails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """`waiting` standard mails were never fewer than these, and all but the connections' own waited."""

    waiting: int
    critical: Spread


async def critical_delay(port: int, mails: int, waiting: int) -> Delay:
    """Sends critical mails one by one while so many standard ones wait."""
    pool = SmtpPool(SmtpSettings(url=f"smtp://127.0.0.1:{port}"))
    stop = asyncio.Event()
    crowd = asyncio.gather(*(_standard(pool, stop) for _ in range(waiting)))
    try:
        took = [await _critical(pool) for _ in range(mails)]
    finally:
        stop.set()
        await crowd
        pool.close()
    return Delay(waiting=waiting, critical=spread_of(took[mails // 10 :]))


async def _standard(pool: SmtpPool, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await pool.send(Envelope(sender=SENDER, recipient="many@shop.test", content=CONTENT), Lane.STANDARD)


async def _critical(pool: SmtpPool) -> float:
    await asyncio.sleep(EVERY)
    started = time.perf_counter()
    await pool.send(Envelope(sender=SENDER, recipient="one@first.test", content=CONTENT), Lane.CRITICAL)
    return time.perf_counter() - started
