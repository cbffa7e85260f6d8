"""The connections of one lane that wait for the next mail: the latest first, each for a while only."""

import asyncio

from services.infra.smtp.connection import Connection


class IdleConnections:
    """Closes what nobody took for `seconds`. Call `close` in the end."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[Connection, asyncio.TimerHandle] = {}

    def put(self, connection: Connection) -> None:
        """Keeps it for the next mail."""
        loop = asyncio.get_running_loop()
        self._kept[connection] = loop.call_later(self._seconds, self._close, connection)

    def take(self) -> Connection | None:
        """The one that was used last and is still open."""
        while self._kept:
            connection, timer = self._kept.popitem()
            timer.cancel()
            if connection.is_open:
                return connection
        return None

    def close(self) -> None:
        """Closes all of them."""
        for connection in list(self._kept):
            self._kept[connection].cancel()
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        del self._kept[connection]
        connection.close()
