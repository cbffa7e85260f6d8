"""The saga helper by itself, without a server: order of undos, interruption, failure of undos, a person's decision."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from workflows.ledger import Ledger
from workflows.messages import ResolveStep, StepAction, StepState
from workflows.saga import Interrupted, Saga, Undo

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LONG = timedelta(hours=1)


class Broken(Exception):
    """What counts as a failure here."""


class Told:
    """What a saga has told whoever watches it."""

    def __init__(self) -> None:
        self.alarms: list[str] = []
        self.lines: list[str] = []

    def ended(self, step: str, error: BaseException | None) -> None:
        self.lines.append(f"{step} {'done' if error is None else type(error).__name__}")

    def undone(self, step: str) -> None:
        self.lines.append(f"{step} undone")

    def given_up(self, step: str) -> None:
        self.lines.append(f"{step} given up")

    def stuck(self, step: str) -> None:
        self.alarms.append(step)


class Bench:
    """A saga, what was called, and what was told."""

    def __init__(self, pause: timedelta = LONG) -> None:
        self.ledger = Ledger(("a", "b", "c"), lambda: NOON)
        self.told = Told()
        self.alarms = self.told.alarms
        self.calls: list[str] = []
        self.saga = Saga(self.ledger, Broken, pause, self.told)

    def call(self, name: str, fails: int = 0) -> Callable[[], Awaitable[str]]:
        left = [fails]

        async def work() -> str:
            self.calls.append(name)
            if left[0]:
                left[0] -= 1
                raise Broken(f"{name} is broken")
            return name

        return work

    async def step(self, name: str, undo_fails: int = 0) -> None:
        undo = Undo(step=name, run=self.call(f"undo {name}", undo_fails))
        await self.saga.step(name, self.call(name), undo=undo)

    def states(self) -> str:
        return " ".join(view.state.value for view in self.ledger.views())

    async def rest(self) -> tuple[str, ...]:
        """Lets everything run that can; answers the steps that wait for a person then."""
        for _ in range(50):
            await asyncio.sleep(0)
        return tuple(self.saga.waits_for())

    def decide(self, step: str, action: StepAction) -> None:
        self.saga.resolve(ResolveStep(step=step, action=action, reason="because", actor_id="ops"))


async def test_undos_run_last_first() -> None:
    bench = Bench()
    for name in ("a", "b", "c"):
        await bench.step(name)
    await bench.saga.undo()
    assert bench.calls == ["a", "b", "c", "undo c", "undo b", "undo a"]
    assert bench.states() == "COMPENSATED COMPENSATED COMPENSATED"


async def test_a_step_that_fails_is_undone_too_for_it_may_have_taken_effect() -> None:
    bench = Bench()
    await bench.step("a")
    with pytest.raises(Broken):
        await bench.saga.step("b", bench.call("b", fails=1), undo=Undo(step="b", run=bench.call("undo b")))
    assert bench.states() == "DONE FAILED PENDING"
    await bench.saga.undo()
    assert bench.calls[2:] == ["undo b", "undo a"]


async def test_a_step_that_surely_took_no_effect_is_not_undone() -> None:
    bench = Bench()
    await bench.step("a")
    await bench.step("b")
    bench.saga.forget("b")
    await bench.saga.undo()
    assert bench.calls == ["a", "b", "undo a"]


async def test_an_undo_runs_once() -> None:
    bench = Bench()
    await bench.step("a")
    bench.saga.register(Undo(step="a", run=bench.call("again")))
    await bench.saga.undo()
    await bench.saga.undo()
    assert bench.calls == ["a", "undo a"]


async def test_one_undo_takes_back_later_steps_that_were_done() -> None:
    bench = Bench()
    await bench.saga.step("a", bench.call("a"), undo=Undo(step="a", also=("b", "c"), run=bench.call("undo")))
    await bench.saga.step("b", bench.call("b"))
    await bench.saga.undo()
    assert bench.states() == "COMPENSATED COMPENSATED PENDING"


async def test_an_interrupted_step_is_cancelled_and_its_undo_stands() -> None:
    bench = Bench()
    step = asyncio.create_task(
        bench.saga.step("a", asyncio.Event().wait, undo=Undo(step="a", run=bench.call("undo a")))
    )
    await asyncio.sleep(0)
    bench.saga.interrupt()
    with pytest.raises(asyncio.CancelledError):
        await step
    with pytest.raises(Interrupted):
        await bench.step("b")
    await bench.saga.undo()
    assert bench.calls == ["undo a"]


async def test_an_uninterruptible_step_ends_and_the_next_does_not_begin() -> None:
    bench = Bench()
    opened = asyncio.Event()
    step = asyncio.create_task(bench.saga.step("a", opened.wait, interruptible=False))
    await asyncio.sleep(0)
    bench.saga.interrupt()
    opened.set()
    assert await step
    with pytest.raises(Interrupted):
        await bench.step("b")
    assert bench.states() == "DONE PENDING PENDING"


async def test_a_step_that_ended_in_the_moment_of_the_interruption_is_undone() -> None:
    bench = Bench()

    async def work() -> None:
        bench.saga.interrupt()

    with pytest.raises((Interrupted, asyncio.CancelledError)):
        await bench.saga.step("a", work, undo=Undo(step="a", run=bench.call("undo a")))
    await bench.saga.undo()
    assert bench.calls == ["undo a"]


async def test_a_failing_undo_holds_up_no_other_and_waits() -> None:
    bench = Bench()
    await bench.step("a")
    await bench.step("b", undo_fails=9)
    undoing = asyncio.create_task(bench.saga.undo())
    assert await bench.rest() == ("b",)
    assert bench.calls == ["a", "b", "undo b", "undo a"]
    assert (bench.states(), bench.alarms) == ("COMPENSATED STUCK PENDING", ["b"])
    assert bench.ledger.view("b").detail == "its undo fails: undo b is broken"
    bench.decide("b", StepAction.SKIP)
    await undoing
    assert bench.states() == "COMPENSATED FAILED PENDING"
    assert bench.ledger.view("b").detail == "its undo was given up by ops: because"


async def test_a_retry_that_fails_waits_again_without_another_alarm() -> None:
    bench = Bench()
    await bench.step("a", undo_fails=2)
    undoing = asyncio.create_task(bench.saga.undo())
    for _ in range(2):
        assert await bench.rest() == ("a",)
        bench.decide("a", StepAction.RETRY)
    await undoing
    assert bench.calls == ["a", "undo a", "undo a", "undo a"]
    assert (bench.states(), bench.alarms) == ("COMPENSATED PENDING PENDING", ["a"])


async def test_a_stuck_undo_is_tried_again_after_the_pause() -> None:
    bench = Bench(pause=timedelta(milliseconds=1))
    await bench.step("a", undo_fails=3)
    await bench.saga.undo()
    assert bench.ledger.state("a") is StepState.COMPENSATED


async def test_a_defect_in_an_undo_is_not_taken_for_its_failure() -> None:
    bench = Bench()

    async def defect() -> None:
        raise KeyError("a slip")

    await bench.saga.step("a", bench.call("a"), undo=Undo(step="a", run=defect))
    with pytest.raises(KeyError):
        await bench.saga.undo()


async def test_nothing_can_be_resolved_that_does_not_wait() -> None:
    with pytest.raises(KeyError):
        Bench().decide("a", StepAction.RETRY)


async def test_each_end_is_told_once() -> None:
    bench = Bench()
    await bench.step("a")
    await bench.step("b", undo_fails=2)
    with pytest.raises(Broken):
        await bench.saga.step("c", bench.call("c", fails=1))
    going_back = asyncio.ensure_future(bench.saga.undo())
    await bench.rest()
    bench.decide("b", StepAction.RETRY)
    await bench.rest()
    bench.decide("b", StepAction.SKIP)
    await going_back
    assert bench.told.lines == ["a done", "b done", "c Broken", "a undone", "b given up"]
    assert bench.alarms == ["b"]
