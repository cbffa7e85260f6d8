"""uvicorn's HTTP/1.1 on httptools, with bounds: a head has an end, in time and in size, and connections in number.

Reads no request. What llhttp lets pass and RFC 9112 does not is refused here.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_WITHIN: Final = 10.0
"""Seconds from the connection, or from the last answer, to the end of the next request's head; and for what is still
coming of a body whose answer has been given."""

MOST_CONNECTIONS: Final = 4000
"""Without those that became WebSockets; who comes beyond them is hung up on."""

MOST_AHEAD: Final = 32
"""Requests that a client may send before the first of them is answered; each costs memory."""

TWO_LENGTHS: Final = frozenset({b"content-length", b"transfer-encoding"})


class TimedHttp(HttpToolsProtocol):
    """One connection. uvicorn itself waits for ever for a head that never ends, and keeps all of it."""

    _waiting: asyncio.TimerHandle | None = None
    _in_head = False
    _head = 0
    """The bytes that came since the head began."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Somebody has connected."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._note_state()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        self._stop()

    def data_received(self, data: bytes) -> None:
        """A piece of a request, or of several. What ends one head may begin another: it counts for both."""
        self._head += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        # The name is that of uvicorn's setting for its other parser.
        if self._in_head and self._head > (self.config.h11_max_incomplete_event_size or 0):
            self.send_400_response("The head of the request is too large.")
        self._note_state()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of the head. Raises ValueError, which is answered 400, for one behind a body: nobody reads those."""
        if not self._in_head:
            raise ValueError(name)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head has ended. Raises ValueError, which is answered 400, for what is no head (RFC 9112, 3.2 and 6.1)."""
        self._in_head, self._head = False, 0
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise ValueError(hosts)
        super().on_headers_complete()
        if len(self.pipeline) > MOST_AHEAD:
            self.transport.abort()
            raise ValueError(len(self.pipeline))

    def on_response_complete(self) -> None:
        """An answer is written. What follows a request of two lengths may be another's words (RFC 9112, 6.1)."""
        if {name for name, _ in self.headers} >= TWO_LENGTHS:
            self.transport.close()
        super().on_response_complete()
        self._note_state()

    def _should_upgrade(self) -> bool:
        """Only a GET begins a WebSocket (RFC 6455, 4.1); uvicorn would leave any other without an answer."""
        return self.scope["method"] == "GET" and super()._should_upgrade()

    def _note_state(self) -> None:
        """A piece of a head does not give the rest of it more time; neither does a body behind its answer."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._stop()
        elif self._waiting is None and not self.transport.is_closing():
            self._waiting = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
