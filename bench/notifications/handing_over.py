"""How fast mails leave over the lanes' connections, beside the least that aiosmtplib needs for the same mails.

Both in this process, one after the other, against the same server, with as many connections.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiosmtplib import SMTP

from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.envelope import Envelope
from services.infra.smtp.lanes import Lane
from services.infra.smtp.pool import SmtpPool
from services.infra.smtp.verdicts import Verdict

SENDER: Final = "shop@caravan.example"
LINE: Final = b"x" * 74 + b"\r\n"
HEAD: Final = b"Message-ID: <1@caravan.example>\r\nSubject: Your order\r\n\r\n"
DOMAINS: Final = 20

Send = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Mails a second, and what each cost this process."""

    a_second: float
    cpu_milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingOver:
    """One pair, of the same mails in the same run."""

    connections: int
    bytes_a_mail: int
    lane: Speed
    bare: Speed


async def handing_over(port: int, mails: int, connections: int, kibibytes: int) -> HandingOver:
    """Measures both, warm."""
    content = _content(kibibytes)
    return HandingOver(
        connections=connections,
        bytes_a_mail=len(content),
        bare=await _bare(port, mails, connections, content),
        lane=await _lane(port, mails, connections, content),
    )


async def bare_pool(port: int, mails: int, connections: int, kibibytes: int) -> Speed:
    """The bare library alone."""
    return await _bare(port, mails, connections, _content(kibibytes))


def _content(kibibytes: int) -> bytes:
    return HEAD + LINE * (kibibytes * 1024 // len(LINE))


async def _bare(port: int, mails: int, connections: int, content: bytes) -> Speed:
    clients = [SMTP(hostname="127.0.0.1", port=port, start_tls=False) for _ in range(connections)]
    await asyncio.gather(*(client.connect() for client in clients))
    free = asyncio.Queue[SMTP]()
    for client in clients:
        free.put_nowait(client)

    async def send(number: int) -> None:
        client = await free.get()
        await client.sendmail(SENDER, [_recipient(number)], content)
        free.put_nowait(client)

    try:
        return await _timed(send, mails, connections)
    finally:
        for client in clients:
            client.close()


async def _lane(port: int, mails: int, connections: int, content: bytes) -> Speed:
    # Two critical connections are never lent, so these are the lane's own.
    pool = SmtpPool(
        SmtpSettings(
            url=f"smtp://127.0.0.1:{port}",
            critical_connections=2,
            standard_connections=connections,
            messages_a_connection=100_000,
        )
    )

    async def send(number: int) -> None:
        outcome = await pool.send(Envelope(sender=SENDER, recipient=_recipient(number), content=content), Lane.STANDARD)
        if outcome.verdict is not Verdict.ACCEPTED:
            raise RuntimeError(outcome.detail)

    try:
        return await _timed(send, mails, connections)
    finally:
        pool.close()


async def _timed(send: Send, mails: int, connections: int) -> Speed:
    """All at once, as a batch of a campaign is: twice as many wait as there are connections."""
    await asyncio.gather(*map(send, range(connections * 4)))
    numbers = iter(range(mails))

    async def worker() -> None:
        for number in numbers:
            await send(number)

    started, spent = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(connections * 2)))
    seconds, cpu = time.perf_counter() - started, time.process_time() - spent
    return Speed(a_second=mails / seconds, cpu_milliseconds=cpu / mails * 1000)


def _recipient(number: int) -> str:
    return f"customer-{number}@shop-{number % DOMAINS}.test"
