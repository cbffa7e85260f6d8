"""A pool of HTTP connections that tells its numbers. Decides nothing about them."""

from time import monotonic
from typing import Any

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from services.infra.metrics.pools import Pool


class CountedConnector(aiohttp.TCPConnector):
    """The client's connector; `counted` gets its numbers. Making a new connection counts as waiting for one."""

    def __init__(self, counted: Pool, **settings: Any) -> None:  # noqa: ANN401 (the client's)
        super().__init__(**settings)
        self._counted = counted

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Connection:  # noqa: ASYNC109 (the client's)
        """See the client's."""
        started = monotonic()
        try:
            connection = await super().connect(req, traces, timeout)
        except BaseException:
            self._counted.missed(monotonic() - started)
            raise
        self._counted.taken(monotonic() - started)
        connection.add_callback(self._counted.given_back)
        return connection
