"""Sends the calls of one face to its service and brings the answers back, or Unavailable. Knows no argument.

What a call may take, whether it is made again and whether it is made at all is decided here, the same for all faces.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Final

import aiohttp
import structlog
from structlog.contextvars import get_contextvars

from services.infra.calls.attempts import Miss, Purse, attempts
from services.infra.calls.circuits import Circuit
from services.infra.calls.deadlines import at_most, told
from services.infra.calls.metrics import CallMetrics
from services.infra.http_codec import CARRIED, TOKEN_HEADER
from services.infra.identity.callers import Identity
from services.infra.metrics.http_pool import CountedConnector
from services.infra.metrics.pools import Pool, PoolMetrics

CONNECTIONS_A_SERVICE: Final = 100
"""More calls at once wait for their turn. Of each address alone: one that hangs takes no connection from others."""

KEPT_IDLE: Final = 30
"""Seconds that an idle connection is kept; fewer than services keep theirs, so that none is closed under a request."""

NAMES_KEPT: Final = 10
"""Seconds that a name's addresses are remembered."""

CONNECT_WITHIN: Final = 1.0
"""Seconds for a new connection; a host that does not answer at all is known as such before the deadline."""

FAIR_SHARE: Final = 0.5
"""Of a call's time. A call that had less of it, since the request was late, says nothing about the service."""

ANSWERS: Final = {HTTPStatus.OK: "ok", HTTPStatus.UNPROCESSABLE_ENTITY: "refused"}

log = structlog.get_logger(__name__)


def connections(counted: Pool | None = None) -> aiohttp.ClientSession:
    """The connections of one process to all services; the caller closes them. `counted` gets their numbers."""
    connector = CountedConnector(
        counted or PoolMetrics().pool("http", CONNECTIONS_A_SERVICE),
        limit=0,
        limit_per_host=CONNECTIONS_A_SERVICE,
        keepalive_timeout=KEPT_IDLE,
        ttl_dns_cache=NAMES_KEPT,
    )
    return aiohttp.ClientSession(connector=connector, trust_env=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a process calls services: its connections, who it is, and the seconds that a call may take at most."""

    session: aiohttp.ClientSession
    identity: Identity
    timeout: float
    metrics: CallMetrics = field(default_factory=CallMetrics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One call. `safe`: it changes nothing, so it may be made again."""

    operation: str
    safe: bool
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a service answered: 200 or 422."""

    status: int
    body: bytes


class Sender:
    """The way to one face of a service."""

    def __init__(self, line: Line, base_url: str, context: str) -> None:
        self._line = line
        self._prefix = f"{base_url.rstrip('/')}/internal/{context}/"
        self._context = context
        self._circuit = Circuit()
        self._purse = Purse()

    async def send(self, message: Message) -> Reply:
        """The answer. Raises Unavailable: none of use, and what happened is unknown unless it was not even tried."""
        started, outcome = monotonic(), "cancelled"
        try:
            reply = await self._admitted(message)
            outcome = ANSWERS[HTTPStatus(reply.status)]
        except Miss as miss:
            outcome = miss.outcome
            raise
        else:
            return reply
        finally:
            self._line.metrics.note_call(self._context, message.operation, outcome, monotonic() - started)

    async def _admitted(self, message: Message) -> Reply:
        """Raises Miss."""
        if at_most(self._line.timeout) <= 0:
            raise Miss(self._context, "late")
        if not self._circuit.admits():
            raise Miss(self._context, "circuit-open")
        was_open = self._circuit.is_open
        found = self._circuit.left_open
        try:
            reply = await self._answered(message)
            found = self._circuit.answered
        except Miss as miss:
            found = self._circuit.failed if miss.telling else self._circuit.left_open
            raise
        else:
            return reply
        finally:
            found()
            self._tell(was_open=was_open)

    async def _answered(self, message: Message) -> Reply:
        """In as many attempts as it may take. Raises Miss."""
        try:
            reply = await self._attempt(message)
        except Miss as miss:
            reply = await self._again(message, miss)
        self._purse.earn()
        return reply

    async def _again(self, message: Message, first: Miss) -> Reply:
        """The further attempts. Nearly every call does without what decides of them. Raises Miss."""
        misses = [first]

        async def attempt() -> Reply:
            if misses:
                raise misses.pop()
            return await self._attempt(message)

        retrying = attempts(self._purse)
        retrying.before_sleep = lambda _: self._line.metrics.note_again(self._context, message.operation)
        reply: Reply = await retrying(attempt)
        return reply

    async def _attempt(self, message: Message) -> Reply:
        """Raises Miss."""
        seconds = at_most(self._line.timeout)
        try:
            status, body = await self._exchange(message, max(seconds, 0))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as failure:
            # It never got there, so whatever it is can be sent again.
            raise self._missed("unreachable", again=True, telling=True) from failure
        except TimeoutError as failure:
            fair = seconds >= self._line.timeout * FAIR_SHARE
            raise self._missed("timeout", again=False, telling=message.safe and fair) from failure
        except (aiohttp.ClientError, OSError) as failure:
            raise self._missed("broken", again=message.safe, telling=True) from failure
        if status in ANSWERS:
            return Reply(status=status, body=body)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise self._missed("unavailable", again=message.safe, telling=message.safe)
        log.error("internal call not understood", context=self._context, operation=message.operation, status=status)
        raise Miss(self._context, "failed")

    def _missed(self, outcome: str, *, again: bool, telling: bool) -> Miss:
        self._purse.pay()
        return Miss(self._context, outcome, again=again, telling=telling)

    async def _exchange(self, message: Message, seconds: float) -> tuple[int, bytes]:
        async with self._line.session.post(
            self._prefix + message.operation,
            data=message.body,
            headers=self._headers() | message.headers | told(seconds),
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_WITHIN),
        ) as response:
            return response.status, await response.read()

    def _headers(self) -> dict[str, str]:
        known = get_contextvars()
        carried = {header: str(known[name]) for name, header in CARRIED.items() if known.get(name)}
        return {
            TOKEN_HEADER: self._line.identity.token_for(self._context),
            "Content-Type": "application/json",
            **carried,
        }

    def _tell(self, *, was_open: bool) -> None:
        """Of a circuit that has opened or closed."""
        is_open = self._circuit.is_open
        if is_open != was_open:
            self._line.metrics.note_circuit(self._context, is_open=is_open)
            log.warning("service left alone" if is_open else "service answers again", context=self._context)
