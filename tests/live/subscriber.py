"""A client of graphql-transport-ws for tests: says what it is told to, and reads what comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 15.0

ORDER = "subscription S($id: ID!) { orderUpdated(id: $id) { id status payment { status } } }"
STOCK = "subscription S($skus: [String!]!) { stockChanged(skus: $skus) { sku available } }"


class Subscriber:
    """One socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def say(self, message: Mapping[str, Any] | str | bytes) -> None:
        """Sends one message."""
        await self._connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def hear(self, within: float = PATIENCE) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(within):
            message: dict[str, Any] = json.loads(await self._connection.recv())
            return message

    async def hears_nothing(self, within: float) -> bool:
        """Whether there is no message for so long."""
        try:
            await self.hear(within)
        except TimeoutError:
            return True
        return False

    async def begin(self, token: str | None = None) -> None:
        """The first exchange."""
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        await self.say({"type": "connection_init", "payload": payload})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, query: str, subscription: str = "1", **variables: object) -> None:
        """Begins a subscription."""
        payload = {"query": query, "variables": variables}
        await self.say({"type": "subscribe", "id": subscription, "payload": payload})

    async def state(self, within: float = PATIENCE) -> dict[str, Any]:
        """What the next result shows."""
        message = await self.hear(within)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (shown,) = message["payload"]["data"].values()
        state: dict[str, Any] = shown
        return state

    async def until(self, within: float = PATIENCE, **expected: object) -> dict[str, Any]:
        """The first result that shows these values."""
        async with asyncio.timeout(within):
            while True:
                state = await self.state(within)
                if expected.items() <= state.items():
                    return state

    async def closed(self, within: float = PATIENCE) -> tuple[int, str]:
        """Code and reason of the close; messages before it are passed over."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(within):
                while True:
                    await self._connection.recv()
        assert self._connection.close_code is not None
        return self._connection.close_code, self._connection.close_reason or ""


@asynccontextmanager
async def connected(url: str, **options: Any) -> AsyncIterator[Subscriber]:  # noqa: ANN401 (the library's)
    """A socket to `http://...`; nothing is said yet."""
    where = url.replace("http", "ws", 1)
    options = {"subprotocols": [PROTOCOL], "compression": None, "proxy": None} | options
    async with connect(f"{where.removesuffix('/graphql')}/graphql", **options) as connection:
        yield Subscriber(connection)


@asynccontextmanager
async def subscribed(url: str, token: str | None, query: str, **variables: object) -> AsyncIterator[Subscriber]:
    """A socket with one subscription."""
    async with connected(url) as subscriber:
        await subscriber.begin(token)
        await subscriber.subscribe(query, "1", **variables)
        yield subscriber
