"""Runs scripts in Redis; those that are asked for in the same moment travel together. Knows no script.

A trip of many costs a fraction of as many trips, which is what a gateway with many requests at once spends most on.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError, ResponseError

from services.infra.redis import DEPENDENCY, unavailable_when_away
from services.shared.errors import Unavailable

TRIPS: Final = 2
"""Under way at once; what is asked for meanwhile goes with the next."""
MOST: Final = 200
"""Scripts a trip: those behind them need not wait for all."""

Word = str | bytes | int


class Declined(Unavailable):
    """Redis is there and answers, but does not do it: it is full, for example."""


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script, and the name by which Redis knows it."""

    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", sha1(self.text.encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    script: Script
    keys: Sequence[Word]
    args: Sequence[Word]
    reply: asyncio.Future[Any]

    @property
    def command(self) -> tuple[Word, ...]:
        return ("EVALSHA", self.script.sha, len(self.keys), *self.keys, *self.args)


class RedisScripts:
    """One a process and Redis; whoever shares it shares its trips."""

    def __init__(self, redis: Redis, trips: int = TRIPS) -> None:
        self._redis = redis
        self._trips = trips
        self._waiting: deque[_Run] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, script: Script, keys: Sequence[Word], args: Sequence[Word]) -> Any:  # noqa: ANN401 (any reply)
        """The script's reply. Raises Unavailable: it may have run or not; Declined where Redis says why not.

        Whoever stops waiting before it is sent has it not sent.
        """
        loop = asyncio.get_running_loop()
        run = _Run(script=script, keys=keys, args=args, reply=loop.create_future())
        self._waiting.append(run)
        if len(self._waiting) == 1:
            # Later in this turn: whoever asks at the same moment comes along.
            loop.call_soon(self._depart)
        return await run.reply

    def _depart(self) -> None:
        while self._waiting and len(self._under_way) < self._trips:
            runs = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            if runs := [run for run in runs if not run.reply.done()]:
                trip = asyncio.get_running_loop().create_task(self._travel(runs))
                self._under_way.add(trip)
                trip.add_done_callback(self._returned)

    def _returned(self, trip: asyncio.Task[None]) -> None:
        self._under_way.discard(trip)
        self._depart()

    async def _travel(self, runs: list[_Run]) -> None:
        try:
            with unavailable_when_away():
                replies = await self._replies(runs)
        except BaseException as failure:
            for run in runs:
                _tell(run, failure if isinstance(failure, Unavailable) else Unavailable(DEPENDENCY, "cut off"))
            if not isinstance(failure, Unavailable):
                raise
        else:
            for run, reply in zip(runs, replies, strict=True):
                _tell(run, reply)

    async def _replies(self, runs: list[_Run]) -> list[Any]:
        replies = await self._sent(runs)
        unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:
            for text in {runs[at].script.text for at in unknown}:
                await self._redis.script_load(text)
            again = await self._sent([runs[at] for at in unknown])
            for at, reply in zip(unknown, again, strict=True):
                replies[at] = reply
        return replies

    async def _sent(self, runs: list[_Run]) -> list[Any]:
        if len(runs) == 1:
            try:
                return [await self._redis.execute_command(*runs[0].command)]  # type: ignore[no-untyped-call]
            except ResponseError as declined:
                return [declined]
        async with self._redis.pipeline(transaction=False) as trip:
            for run in runs:
                trip.execute_command(*run.command)
            return await trip.execute(raise_on_error=False)


def _tell(run: _Run, reply: object) -> None:
    if run.reply.done():
        return
    if isinstance(reply, RedisError):
        run.reply.set_exception(Declined(DEPENDENCY, type(reply).__name__))
    elif isinstance(reply, Unavailable):
        run.reply.set_exception(reply)
    else:
        run.reply.set_result(reply)
