"""uvicorn's WebSocket with bounded buffers and an end that does not wait for the other side. Knows no message."""

import asyncio
import socket
from asyncio import BaseTransport

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

BUFFERED = 16 * 1024
"""Bytes that may wait in this process, and as many in the kernel, before a writer has to wait."""

LET_GO_AFTER = 5.0
"""Seconds after a socket's end until the connection is cut, whatever has not been read."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Keeps what is written and not yet read by the other side small: it would only be stale."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=BUFFERED)
        connection = transport.get_extra_info("socket")
        if connection is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, BUFFERED)

    def keepalive_timeout(self) -> None:
        """The other side answers no ping: its unread bytes must not keep the connection."""
        super().keepalive_timeout()
        self._let_go()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The conversation is over."""
        super().on_task_complete(task)
        self._let_go()

    def _let_go(self) -> None:
        self.loop.call_later(LET_GO_AFTER, self.transport.abort)
