"""The issuer's public keys, cached: asked for when they are old or one is unknown, never oftener than now and then.

Trusts what its source says, so the source must be the issuer. Fails closed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.infra.identity.signed_tokens import VerifyingKey, verifying_key
from services.shared.clock import Clock
from services.shared.errors import Unavailable

Source = Callable[[], Awaitable[Sequence[str]]]
"""The issuer's keys as JWK texts. Raises Unavailable."""

REFRESH_EVERY: Final = timedelta(seconds=5)
"""Between two questions: tokens with made-up key ids must not become a flood of them."""

RETRY_EVERY: Final = timedelta(seconds=1)
TRUSTED_FOR: Final = timedelta(minutes=15)
"""Without an answer, known keys are believed this long: a key that was withdrawn must not live for ever."""

ASKED_WITHIN: Final = 2.0
"""Seconds: who is asked for keys first must still leave time for the request itself."""

log = structlog.get_logger(__name__)


class KeyRing:
    """The issuer's public keys by id. Keys that are older than `fresh_for` are asked for again."""

    def __init__(self, source: Source, clock: Clock, fresh_for: timedelta = timedelta(minutes=1)) -> None:
        self._source = source
        self._clock = clock
        self._fresh_for = fresh_for
        self._keys: dict[str, VerifyingKey] = {}
        self._known_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._failed = False
        self._asking: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> VerifyingKey | None:
        """The key of that id, None when there is none. Raises Unavailable when the keys cannot be had."""
        if kid in self._keys and self._is_known(self._fresh_for):
            return self._keys[kid]
        if kid in self._keys and self._is_known(TRUSTED_FOR):
            self._ask_unless_just_asked()
            return self._keys[kid]
        await self._refresh()
        return self._keys.get(kid)

    async def keys(self) -> tuple[VerifyingKey, ...]:
        """All of them, the newest that can be had. Raises Unavailable."""
        if not self._is_known(self._fresh_for):
            try:
                await self._refresh()
            except Unavailable:
                if not self._is_known(TRUSTED_FOR):
                    raise
        return tuple(self._keys.values())

    def _is_known(self, within: timedelta) -> bool:
        return self._known_at is not None and self._clock.now() - self._known_at < within

    async def _refresh(self) -> None:
        """Returns when the answer is there, or there was one just now. Raises Unavailable."""
        if asking := self._ask_unless_just_asked():
            # Whoever gives up waiting must not take the answer away from the others.
            await asyncio.shield(asking)
        if self._failed:
            raise Unavailable("users", "its keys cannot be had")

    def _ask_unless_just_asked(self) -> "asyncio.Task[None] | None":
        if self._asking is not None and not self._asking.done():
            return self._asking
        pause = RETRY_EVERY if self._failed else REFRESH_EVERY
        now = self._clock.now()
        if self._asked_at is not None and now - self._asked_at < pause:
            return None
        self._asked_at = now
        # For everybody: it must not end with the deadline of the request that happened to come first.
        self._asking = asyncio.get_running_loop().create_task(self._ask(now), context=Context())
        return self._asking

    async def _ask(self, now: datetime) -> None:
        try:
            async with asyncio.timeout(ASKED_WITHIN):
                texts = await self._source()
        except (Unavailable, TimeoutError):
            self._failed = True
            return
        except Exception:
            # Nobody awaits a question in the background: without this its failure would be told to no one.
            log.exception("keys cannot be asked for")
            self._failed = True
            return
        self._keys = {key.kid: key for key in _usable(texts)}
        self._known_at, self._failed = now, False


def _usable(texts: Sequence[str]) -> list[VerifyingKey]:
    """Those that we can check with; a key of another kind is no reason to do without the others."""
    keys = []
    for text in texts:
        try:
            keys.append(verifying_key(text))
        except ValueError:
            log.warning("key not usable")
    return keys
