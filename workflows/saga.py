"""The saga helper: steps forward, undos registered before them, last in first out, and undos that wait for a person.

Plain asyncio, no Temporal, so that it is tested without a server. It decides nothing about orders.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from workflows.ledger import Ledger
from workflows.messages import ResolveStep, StepAction, StepState

T = TypeVar("T")


class Interrupted(Exception):
    """The way forward was interrupted; whatever was done is to be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What takes a step back; without effect where the step never took any.

    Attributes:
        step: the step that it is named after.
        also: later steps that the same undo takes back, too.
        run: does it; may be called again.
    """

    step: str
    run: Callable[[], Awaitable[object]]
    also: tuple[str, ...] = ()


class SagaWatch(Protocol):
    """Told of what becomes of steps and undos, once each."""

    def ended(self, step: str, error: BaseException | None) -> None:
        """A step was done, or ended by this error."""
        ...

    def undone(self, step: str) -> None:
        """An undo has succeeded."""
        ...

    def given_up(self, step: str) -> None:
        """A person has decided to go without the undo."""
        ...

    def stuck(self, step: str) -> None:
        """Something keeps failing and waits for a person."""
        ...


class Saga:
    """One way forward and its way back. `interrupted` once somebody wants no more of it.

    Args:
        ledger: told of every change of a step's state.
        failures: what counts as the failure of an undo; anything else is a defect and passes through.
        pause: how long a STUCK undo waits for a person before it is tried again by itself.
        watch: told of what becomes of steps and undos.
    """

    def __init__(
        self,
        ledger: Ledger,
        failures: type[Exception],
        pause: timedelta,
        watch: SagaWatch,
    ) -> None:
        self._ledger = ledger
        self._failures = failures
        self._pause = pause
        self._watch = watch
        self._undos: list[Undo] = []
        self._running: asyncio.Future[Any] | None = None
        self.interrupted = False
        self._decisions: dict[str, asyncio.Future[ResolveStep]] = {}

    async def step(
        self,
        name: str,
        work: Callable[[], Awaitable[T]],
        *,
        undo: Undo | None = None,
        interruptible: bool = True,
    ) -> T:
        """Takes a step forward; its undo is registered before it begins, for its effect may land unseen.

        Without `interruptible` it is left to end whatever comes (its outcome must be known), and so is what it began.

        Raises:
            Interrupted: before or after the step; whatever the step raises itself, also CancelledError when it was
                interrupted in the middle.
        """
        self.go_on()
        if undo is not None:
            self.register(undo)
        self._ledger.start(name)
        task = asyncio.ensure_future(work())
        self._running = task if interruptible else None
        try:
            answer = await task
        except (Exception, asyncio.CancelledError) as error:
            self._ledger.end(name, StepState.FAILED, _text(error))
            self._watch.ended(name, error)
            raise
        finally:
            self._running = None
        self._ledger.end(name, StepState.DONE)
        self._watch.ended(name, None)
        if interruptible:
            self.go_on()
        return answer

    def go_on(self) -> None:
        """To be asked before each part of a step. Raises Interrupted."""
        if self.interrupted:
            raise Interrupted

    def interrupt(self) -> None:
        """Ends the way forward: now, if the running step may be interrupted, else before the next one."""
        self.interrupted = True
        if self._running is not None:
            self._running.cancel()

    def register(self, undo: Undo) -> None:
        """For what an earlier run may have done. The same step's undo is kept once."""
        if all(known.step != undo.step for known in self._undos):
            self._undos.append(undo)

    def forget(self, step: str) -> None:
        """The step's undo is not needed: it is certain that the step took no effect."""
        self._undos = [undo for undo in self._undos if undo.step != step]

    async def undo(self) -> None:
        """Takes everything back, last first; ends when each undo is done or was given up by a person.

        One that fails holds up no other: it turns STUCK and waits.
        """
        undos, self._undos = self._undos[::-1], []
        waiting = []
        for undo in undos:
            if not await self._undone(undo):
                self._watch.stuck(undo.step)
                waiting.append(asyncio.ensure_future(self._until_resolved(undo)))
        await asyncio.gather(*waiting)

    async def _undone(self, undo: Undo) -> bool:
        try:
            await undo.run()
        except self._failures as error:
            self._ledger.end(undo.step, StepState.STUCK, f"its undo fails: {_text(error)}")
            return False
        self._mark_undone(undo)
        self._watch.undone(undo.step)
        return True

    def _mark_undone(self, undo: Undo) -> None:
        for step in (undo.step, *undo.also):
            if step == undo.step or self._ledger.state(step) is StepState.DONE:
                self._ledger.end(step, StepState.COMPENSATED)

    async def _until_resolved(self, undo: Undo) -> None:
        while True:
            decision = await self._decision(undo.step)
            if decision is not None and decision.action is StepAction.SKIP:
                told = f"its undo was given up by {decision.actor_id}: {decision.reason}"
                self._ledger.end(undo.step, StepState.FAILED, told)
                self._watch.given_up(undo.step)
                return
            if await self._undone(undo):
                if decision is not None:
                    told = f"undone again for {decision.actor_id}: {decision.reason}"
                    self._ledger.end(undo.step, StepState.COMPENSATED, told)
                return

    async def _decision(self, step: str) -> ResolveStep | None:
        decision = self._decisions[step] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(decision, self._pause.total_seconds())
        except TimeoutError:
            return None
        finally:
            del self._decisions[step]

    async def stuck(self, step: str, error: BaseException) -> None:
        """Waits with a step that can neither be done nor taken back: for a person, an interruption, or the pause."""
        self._ledger.end(step, StepState.STUCK, _text(error))
        self._watch.stuck(step)
        waiting = self._running = asyncio.ensure_future(self._decision(step))
        try:
            await waiting
        except asyncio.CancelledError:
            if not self.interrupted:
                raise
        finally:
            self._running = None

    def waits_for(self) -> Sequence[str]:
        """The steps that wait for a person right now."""
        return tuple(self._decisions)

    def resolve(self, decision: ResolveStep) -> None:
        """A person has decided. Raises KeyError unless the step waits for it."""
        waiting = self._decisions[decision.step]
        if not waiting.done():
            waiting.set_result(decision)


def _text(error: BaseException) -> str:
    """The innermost message: what wraps it says nothing."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(getattr(error, "message", error)) or type(error).__name__
