"""Payments asked for two or three things at once: every order in which their calls can reach store and provider."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from services.payments.memory import CAPTURE_DECLINED, CARD, DECLINED_CARD
from services.payments.models import PaymentStatus
from services.shared.errors import Refused
from tests.payments.test_crashes import UNDONE, Step, authorizing, cancelling, capturing
from tests.payments.world import World

Choose = Callable[[int], int]

FEW_SCHEDULES = 50_000
RANDOM_SCHEDULES = 400


@dataclass
class Turns:
    """Lets one of the tasks go on at a time, always a chosen one."""

    waiting: dict[int, asyncio.Future[None]] = field(default_factory=dict)
    names: dict[object, int] = field(default_factory=dict)
    still: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def wait(self) -> None:
        """The border: the task stands here until it is chosen."""
        task = asyncio.current_task()
        if task not in self.names:
            return
        turn = asyncio.get_running_loop().create_future()
        self.waiting[self.names[task]] = turn
        self.still.put_nowait(None)
        await turn

    async def run(self, steps: Sequence[Awaitable[object]], choose: Choose) -> None:
        """Runs all to their end; `choose` is given how many stand waiting, and says which one goes on."""
        tasks = [asyncio.ensure_future(_to_the_end(step)) for step in steps]
        self.names = {task: name for name, task in enumerate(tasks)}
        for task in tasks:
            task.add_done_callback(lambda _: self.still.put_nowait(None))
            await self.still.get()
        while self.waiting:
            name = sorted(self.waiting)[choose(len(self.waiting))]
            self.waiting.pop(name).set_result(None)
            await self.still.get()
        await asyncio.gather(*tasks)


async def _to_the_end(step: Awaitable[object]) -> None:
    try:
        await step
    except Refused:
        return


@dataclass(frozen=True, slots=True)
class Race:
    """What has happened before, and what is then asked for at once."""

    name: str
    before: tuple[Step, ...]
    at_once: tuple[Step, ...]
    method: str = CARD

    async def run(self, choose: Choose) -> World:
        """The world when all have come to their end."""
        turns = Turns()
        world = World(before=turns.wait)
        for step in self.before:
            await _to_the_end(step(world.undisturbed(), self.method))
        await turns.run([step(world.service(), self.method) for step in self.at_once], choose)
        return world

    async def check(self, world: World) -> None:
        """One charge at most, all agree, and whoever undid it left nothing."""
        await world.check()
        assert world.till.moved == world.money_moved()
        payment = await world.payment()
        assert payment is not None
        if cancelling in self.at_once:
            assert payment.status in UNDONE
        elif capturing in self.at_once and self.method == CARD:
            assert payment.status is PaymentStatus.CAPTURED


TWO = [
    Race("authorise twice", (), (authorizing, authorizing)),
    Race("authorise twice, declined", (), (authorizing, authorizing), DECLINED_CARD),
    Race("authorise and cancel", (), (authorizing, cancelling)),
    Race("authorise and cancel, declined", (), (authorizing, cancelling), DECLINED_CARD),
    Race("capture twice", (authorizing,), (capturing, capturing)),
    Race("capture twice, declined", (authorizing,), (capturing, capturing), CAPTURE_DECLINED),
    Race("capture and cancel", (authorizing,), (capturing, cancelling)),
    Race("capture and cancel, declined", (authorizing,), (capturing, cancelling), CAPTURE_DECLINED),
    Race("capture again and cancel", (authorizing, capturing), (capturing, cancelling)),
    Race("void twice", (authorizing,), (cancelling, cancelling)),
    Race("refund twice", (authorizing, capturing), (cancelling, cancelling)),
    Race("close twice", (), (cancelling, cancelling)),
]
THREE = [
    Race("authorise twice and cancel", (), (authorizing, authorizing, cancelling)),
    Race("capture twice and cancel", (authorizing,), (capturing, capturing, cancelling)),
    Race("capture and cancel twice", (authorizing,), (capturing, cancelling, cancelling)),
    Race("all at once", (), (authorizing, capturing, cancelling)),
]


@pytest.mark.parametrize("race", TWO, ids=lambda race: race.name)
async def test_two_at_once_in_every_order(race: Race) -> None:
    tried = 0
    plan: list[int] | None = []
    while plan is not None:
        taken: list[tuple[int, int]] = []
        world = await race.run(_following(plan, taken))
        await race.check(world)
        plan = _next_plan(taken)
        tried += 1
        assert tried < FEW_SCHEDULES
    assert tried > 1


@pytest.mark.parametrize("race", THREE, ids=lambda race: race.name)
async def test_three_at_once_in_many_orders(race: Race) -> None:
    for seed in range(RANDOM_SCHEDULES):
        await race.check(await race.run(random.Random(seed).randrange))  # noqa: S311 (a schedule, no secret)


def _following(plan: list[int], taken: list[tuple[int, int]]) -> Choose:
    """Chooses by the plan, then always the first; notes the choice and how many there were."""

    def choose(count: int) -> int:
        choice = plan[len(taken)] if len(taken) < len(plan) else 0
        taken.append((choice, count))
        return choice

    return choose


def _next_plan(taken: list[tuple[int, int]]) -> list[int] | None:
    """The plan after this one, in the order of a tree walked depth first; None after the last."""
    while taken and taken[-1][0] + 1 == taken[-1][1]:
        taken.pop()
    if not taken:
        return None
    return [choice for choice, _ in taken[:-1]] + [taken[-1][0] + 1]
