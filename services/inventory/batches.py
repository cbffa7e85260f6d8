"""Group commit: requests that wait while a batch runs make up the next one. Knows no rule of stock.

No timer: a request that comes alone runs at once, a crowd shares one transaction.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from services.inventory.requests import Request
from services.shared.errors import CaravanError

Result = TypeVar("Result")
Apply = Callable[[Sequence[Request[Any]]], Awaitable[Sequence[object]]]
"""Runs requests in their order, all in one transaction; answers each with its result or its CaravanError."""

MOST = 64
"""Requests in one transaction: enough to share its cost, few enough to keep it short."""


class Batches:
    """The queue of one process. One batch runs at a time."""

    def __init__(self, apply: Apply, most: int = MOST) -> None:
        self._apply = apply
        self._most = most
        self._waiting: deque[tuple[Request[Any], asyncio.Future[object]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def submit(self, request: Request[Result]) -> Result:
        """The request's answer, once its batch is committed.

        Raises:
            Refused: this request's own refusal.
            Unavailable: the whole batch's; whether it took effect is unknown.
        """
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, answer))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return cast("Result", await answer)

    async def _drain(self) -> None:
        try:
            while batch := self._next():
                await self._run(batch)
        finally:
            while self._waiting:
                self._waiting.popleft()[1].cancel()

    def _next(self) -> list[tuple[Request[Any], asyncio.Future[object]]]:
        """The next batch, without those whose caller has gone."""
        batch: list[tuple[Request[Any], asyncio.Future[object]]] = []
        while self._waiting and len(batch) < self._most:
            waiting = self._waiting.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        return batch

    async def _run(self, batch: Sequence[tuple[Request[Any], asyncio.Future[object]]]) -> None:
        try:
            outcomes = await self._apply([request for request, _ in batch])
        except asyncio.CancelledError:
            for _, answer in batch:
                answer.cancel()
            raise
        except CaravanError as failure:
            outcomes = [failure] * len(batch)
        except Exception as failure:  # noqa: BLE001 (handed on to the caller it belongs to)
            if len(batch) > 1:
                await self._run_each(batch)
                return
            outcomes = [failure]
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            _settle(answer, outcome)

    async def _run_each(self, batch: Sequence[tuple[Request[Any], asyncio.Future[object]]]) -> None:
        """A defect in one request must not fail its companions: each alone tells whose it is."""
        for waiting in batch:
            await self._run([waiting])


def _settle(answer: "asyncio.Future[object]", outcome: object) -> None:
    if answer.done():
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
