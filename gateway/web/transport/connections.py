"""uvicorn's HTTP/1.1 with an end for who connects and does not ask: in time, and in number. Reads no request."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 10.0
"""Seconds from the connection, or from the last answer, to the end of the next request's head; and for what is still
coming of a body whose answer has been given."""

MOST_CONNECTIONS = 4000
"""Without those that became WebSockets; who comes beyond them is hung up on."""

TWO_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})


class TimedHttp(H11Protocol):
    """One connection. uvicorn itself waits for a head that never ends for ever."""

    _waiting: asyncio.TimerHandle | None = None

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

    def handle_events(self) -> None:
        """After each piece that came, and after each answer."""
        super().handle_events()
        self._note_state()

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
        if self.conn.their_state is not h11.IDLE and self.conn.our_state is not h11.DONE:
            self._stop()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
