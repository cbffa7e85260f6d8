"""The door of the sockets: who is let in at all, before anything is said. Knows nothing of what is said then."""

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from gateway.sockets.messages import PROTOCOL, Code
from gateway.sockets.session import Desk, Session

COME_BACK = 10
"""Seconds after which somebody who found the house full may try again."""


class Door:
    """An ASGI application for WebSockets."""

    def __init__(self, desk: Desk, origins: Collection[str] | None) -> None:
        """`origins` are the sites whose pages may connect beside the gateway's own; None: all of them."""
        self._desk = desk
        self._origins = origins
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its request to its end."""
        socket = WebSocket(scope, receive, send)
        if not self._may_come_from(socket.headers.get("origin"), socket.headers.get("host")):
            await self._refuse(socket, HTTPStatus.FORBIDDEN, "this origin may not connect", "origin")
        elif self._open >= self._desk.settings.sockets:
            await self._refuse(socket, HTTPStatus.SERVICE_UNAVAILABLE, "too many sockets are open", "full")
        elif PROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            await socket.close(Code.NO_SUCH_PROTOCOL, f"speak {PROTOCOL}")
        else:
            await self._serve(socket)

    async def _serve(self, socket: WebSocket) -> None:
        self._open += 1
        try:
            with self._desk.metrics.sockets.track_inprogress():
                await Session(socket, self._desk).run()
        finally:
            self._open -= 1

    def _may_come_from(self, origin: str | None, host: str | None) -> bool:
        """Only browsers send an origin, and theirs cannot be forged by a page."""
        if origin is None or self._origins is None:
            return True
        return origin in self._origins or urlsplit(origin).netloc == host

    async def _refuse(self, socket: WebSocket, status: HTTPStatus, why: str, reason: str) -> None:
        self._desk.metrics.refused.labels(reason).inc()
        headers = {"retry-after": str(COME_BACK)} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
        await socket.send_denial_response(PlainTextResponse(f"{why}\n", status, headers))
