"""Notices: that something has changed, told to all gateways over Redis. They carry no state: who hears one reads.

Pub/sub loses what is told while somebody does not listen, so a listener is told when it may have missed something.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.infra.redis import unavailable_when_away
from services.shared.errors import Unavailable

CHANNEL: Final = "caravan.notices"
ASK_EVERY: Final = 1.0
"""Seconds of silence after which the connection is asked whether it lives; as many again for the answer."""

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0

log = structlog.get_logger(__name__)


class Changed(StrEnum):
    """What can change under somebody's eyes."""

    ORDER = "order"
    PAYMENT = "payment"
    STOCK = "stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The thing of that kind and id has this version now, or a later one."""

    kind: Changed
    id: str
    version: int


NOTICE: Final = TypeAdapter(Notice)


class Listener(Protocol):
    """Who hears."""

    def heard(self, notice: Notice) -> None:
        """Something has changed."""
        ...

    def listening(self) -> None:
        """From now on nothing is missed; before, anything may have been."""
        ...

    def deaf(self) -> None:
        """Nothing is heard until `listening`."""
        ...


class Announcer:
    """Tells notices."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def tell(self, *notices: Notice) -> None:
        """All of them in one trip. Raises Unavailable: which of them were told is not known."""
        with unavailable_when_away():
            async with self._redis.pipeline(transaction=False) as trip:
                for notice in notices:
                    trip.publish(CHANNEL, NOTICE.dump_json(notice))
                await trip.execute()


class Receiver:
    """Hears notices, for as long as `run` runs."""

    def __init__(self, redis: Redis, listener: Listener) -> None:
        self._redis = redis
        self._listener = listener
        self._pause = FIRST_PAUSE

    async def run(self) -> None:
        """Goes on until cancelled; connects again whenever the connection is lost."""
        while True:
            try:
                await self._listen()
            except Unavailable as failure:
                log.warning("no notices", reason=str(failure), seconds=self._pause)
            except Exception:
                log.exception("no notices", seconds=self._pause)
            self._listener.deaf()
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    async def _listen(self) -> None:
        """Raises Unavailable as soon as the connection is lost or silent."""
        subscription = self._redis.pubsub()
        try:
            with unavailable_when_away():
                await subscription.subscribe(CHANNEL)
                await self._hear(subscription.get_message, subscription.ping)
        finally:
            with suppress(RedisError, OSError):
                await subscription.aclose()  # type: ignore[no-untyped-call]

    async def _hear(self, get: Callable[..., Any], ask: Callable[[], Any]) -> None:
        asked = False
        while True:
            message = await get(timeout=ASK_EVERY)
            if message is None:
                if asked:
                    raise TimeoutError
                await ask()
                asked = True
                continue
            asked = False
            if message["type"] == "subscribe":
                # Also after a reconnection that the driver has made by itself.
                self._pause = FIRST_PAUSE
                self._listener.listening()
            elif message["type"] == "message":
                self._take(message["data"])

    def _take(self, data: bytes) -> None:
        try:
            self._listener.heard(NOTICE.validate_json(data))
        except ValidationError:
            log.warning("notice not understood")
