"""One socket's conversation: who it is, what it subscribes to, and when it ends. Executes nothing itself.

Everything waits for the socket: a result is made when the one before it has been written, so that a slow reader costs
its share of memory and no more; one that reads nothing for too long is let go.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic_core import to_json
from starlette.websockets import WebSocket, WebSocketDisconnect
from structlog.contextvars import bound_contextvars

from gateway.auth import Authenticator
from gateway.errors import TooComplex, body_of
from gateway.live.metrics import LiveMetrics
from gateway.sockets.execution import Asker, Execution, Refusal, Result
from gateway.sockets.messages import (
    ACKNOWLEDGED,
    PONG,
    PROTOCOL,
    Closing,
    Code,
    Complete,
    Init,
    Ping,
    Subscribe,
    authorization_of,
    complete_message,
    error_message,
    next_message,
    read_message,
)
from services.infra.identity.access_tokens import VerifiedToken
from services.infra.settings import LiveSettings
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Unauthenticated, Unavailable
from services.shared.ids import IdFactory
from services.shared.traces import TRACEPARENT, trace_from

CLOSE_WITHIN = 2.0
"""Seconds to write the close frame to somebody who may not read."""

log = structlog.get_logger(__name__)


class Stuck(Exception):
    """The other side reads nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every session needs; one for all."""

    execution: Execution
    authenticator: Authenticator
    settings: LiveSettings
    metrics: LiveMetrics
    clock: Clock
    ids: IdFactory


class Session:
    """One socket, from its acceptance to its end."""

    def __init__(self, socket: WebSocket, desk: Desk) -> None:
        self._socket = socket
        self._desk = desk
        self._initialised = False
        self._acknowledged = False
        self._viewer: Actor | None = None
        self._deadline = asyncio.timeout(desk.settings.init_within)
        self._at_deadline = Closing(Code.INIT_TIMEOUT, "connection initialisation timeout")
        self._tasks = asyncio.TaskGroup()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Returns when the socket is closed, by whichever side."""
        await self._socket.accept(PROTOCOL)
        with bound_contextvars(socket=self._desk.ids.new()):
            closing = await self._converse()
            if closing is not None:
                await self._close(closing)

    async def _converse(self) -> Closing | None:
        """How the socket is to be closed; None where it is closed, or nobody would hear it."""
        try:
            async with self._deadline, self._tasks:
                while True:
                    await self._take(await self._receive())
        except TimeoutError:
            return self._at_deadline
        except BaseExceptionGroup as group:
            return _reason_in(group)

    async def _receive(self) -> str | None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        return text

    async def _take(self, text: str | None) -> None:
        message = read_message(text)
        match message:
            case Init():
                await self._begin(message)
            case Ping():
                await self._send(PONG)
            case Subscribe():
                await self._subscribe(message)
            case Complete():
                if task := self._running.pop(message.id, None):
                    task.cancel()

    async def _begin(self, init: Init) -> None:
        if self._initialised:
            raise Closing(Code.TOO_MANY_INITS, "too many initialisation requests")
        self._initialised = True
        authorization = authorization_of(init)
        try:
            verified = await self._desk.authenticator.verified(authorization)
        except Unauthenticated as refusal:
            raise Closing(Code.FORBIDDEN, f"forbidden: {refusal}"[:100]) from None
        except Unavailable:
            raise Closing(Code.TRY_AGAIN_LATER, "try again later") from None
        self._end_with(verified)
        self._acknowledged = True
        await self._send(ACKNOWLEDGED)

    def _end_with(self, verified: VerifiedToken | None) -> None:
        """A session lasts no longer than the token it was begun with."""
        if verified is None:
            self._deadline.reschedule(None)
            return
        self._viewer = verified.actor
        left = (verified.expires_at - self._desk.clock.now()).total_seconds()
        self._at_deadline = Closing(Code.FORBIDDEN, "forbidden: the access token has expired")
        self._deadline.reschedule(asyncio.get_running_loop().time() + max(left, 0))

    async def _subscribe(self, message: Subscribe) -> None:
        if not self._acknowledged:
            raise Closing(Code.UNAUTHORIZED, "unauthorized")
        if message.id in self._running:
            raise Closing(Code.DUPLICATE_SUBSCRIBER, f"subscriber for {message.id} already exists"[:100])
        most = self._desk.settings.subscriptions
        if len(self._running) >= most:
            await self._send(error_message(message.id, [body_of(TooComplex(f"at most {most} subscriptions a socket"))]))
            return
        self._running[message.id] = self._tasks.create_task(self._serve(message))

    async def _serve(self, message: Subscribe) -> None:
        """One subscription, to its end. Raises Stuck, WebSocketDisconnect; whatever else it raises is a bug."""
        mine = asyncio.current_task()
        with self._desk.metrics.subscriptions.track_inprogress():
            try:
                await self._stream(message)
                ending = complete_message(message.id)
            except Refusal as refusal:
                ending = error_message(message.id, refusal.errors)
            # From here on the client may use the id again; one that it has ended hears nothing more.
            if self._running.get(message.id) is mine:
                del self._running[message.id]
                await self._send(ending)

    async def _stream(self, message: Subscribe) -> None:
        address = self._socket.client.host if self._socket.client else ""
        asker = Asker(
            request_id=self._desk.ids.new(),
            address=address,
            identity=f"user:{self._viewer.user_id}" if self._viewer else f"address:{address}",
        )
        trace = trace_from(asker.request_id, self._socket.headers.get(TRACEPARENT))
        results = self._desk.execution.results(message.payload, self._viewer, asker)
        known: set[str] = set()
        with bound_contextvars(request_id=asker.request_id, **trace):
            async with aclosing(results):
                async for result in results:
                    await self._send(next_message(message.id, result.body))
                    self._note(result, change=result.state.id in known)
                    known.add(result.state.id)

    def _note(self, result: Result, *, change: bool) -> None:
        kind = result.state.kind
        self._desk.metrics.sent.labels(kind).inc()
        if change:
            lag = (self._desk.clock.now() - result.state.changed_at).total_seconds()
            self._desk.metrics.lag.labels(kind).observe(max(lag, 0))

    async def _send(self, message: Mapping[str, Any]) -> None:
        """Writes one message, when the ones before it are written. Raises Stuck, WebSocketDisconnect."""
        text = to_json(message).decode()
        async with self._sending:
            try:
                async with asyncio.timeout(self._desk.settings.send_within):
                    await self._socket.send_text(text)
            except TimeoutError:
                raise Stuck from None
            except RuntimeError:
                # Starlette's word for a socket that was closed meanwhile.
                raise WebSocketDisconnect(1006) from None

    async def _close(self, closing: Closing) -> None:
        self._desk.metrics.closed.labels(int(closing.code)).inc()
        log.info("socket closed", code=int(closing.code), reason=closing.reason)
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._socket.close(closing.code, closing.reason)


def _reason_in(group: BaseExceptionGroup[BaseException]) -> Closing | None:
    failures = list(_leaves(group))
    for failure in failures:
        if isinstance(failure, Closing):
            return failure
    if any(isinstance(failure, WebSocketDisconnect | Stuck) for failure in failures):
        return None
    log.error("socket failed", exc_info=failures[0])
    return Closing(Code.INTERNAL, "internal error")


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for failure in group.exceptions:
        if isinstance(failure, BaseExceptionGroup):
            yield from _leaves(failure)
        else:
            yield failure
