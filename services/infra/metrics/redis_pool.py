"""A pool of Redis connections that tells its numbers. Decides nothing about them."""

from time import monotonic
from typing import Any

from redis.asyncio import BlockingConnectionPool
from redis.asyncio.connection import AbstractConnection

from services.infra.metrics.pools import Pool


class CountedPool(BlockingConnectionPool):
    """The driver's pool; `counted` gets its numbers."""

    def __init__(self, *, counted: Pool, **settings: Any) -> None:  # noqa: ANN401 (the driver's)
        super().__init__(**settings)
        self._counted = counted
        # The driver also gives back what could not be connected, and was never lent.
        self._lent: set[AbstractConnection] = set()

    async def get_connection(  # (the driver's signature; it wants no arguments any more)
        self,
        command_name: str | None = None,  # noqa: ARG002
        *keys: Any,  # noqa: ANN401, ARG002
        **options: Any,  # noqa: ANN401, ARG002
    ) -> AbstractConnection:
        """See the driver's."""
        started = monotonic()
        try:
            connection: AbstractConnection = await super().get_connection()  # type: ignore[no-untyped-call]
        except BaseException:
            self._counted.missed(monotonic() - started)
            raise
        self._counted.taken(monotonic() - started)
        self._lent.add(connection)
        return connection

    async def release(self, connection: AbstractConnection) -> None:
        """See the driver's."""
        if connection in self._lent:
            self._lent.remove(connection)
            self._counted.given_back()
        await super().release(connection)
