"""Who gets a connection, whatever happens in which order: checked against the sentences themselves."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.infra.smtp.lanes import NEVER_LENT, Lane, Slots

CRITICAL, STANDARD = Lane.CRITICAL, Lane.STANDARD


class Crowd:
    """Takers of slots, and what they hold."""

    def __init__(self, critical: int, standard: int) -> None:
        self.limits = {CRITICAL: critical, STANDARD: standard}
        self.slots = Slots(self.limits)
        self.takers: list[tuple[Lane, asyncio.Task[Lane]]] = []

    def holders(self) -> list[tuple[Lane, asyncio.Task[Lane]]]:
        return [(lane, task) for lane, task in self.takers if task.done() and not task.cancelled()]

    def waiting(self, lane: Lane) -> list[asyncio.Task[Lane]]:
        return [task for of, task in self.takers if of is lane and not task.done()]

    async def step(self, action: str, which: int) -> None:
        if action in {"critical", "standard"}:
            lane = Lane(action.upper())
            self.takers.append((lane, asyncio.create_task(self.slots.take(lane))))
        elif action == "give back" and self.holders():
            holder = self.holders()[which % len(self.holders())]
            self.takers.remove(holder)
            self.slots.give_back(holder[1].result())
        elif action == "give up" and (waiting := [*self.waiting(CRITICAL), *self.waiting(STANDARD)]):
            waiting[which % len(waiting)].cancel()
        await settled()

    def check(self) -> None:
        held = [(lane, task.result()) for lane, task in self.holders()]
        free = {owner: limit - sum(of is owner for _, of in held) for owner, limit in self.limits.items()}
        lent = held.count((STANDARD, CRITICAL))
        assert min(free.values()) >= 0
        assert (CRITICAL, STANDARD) not in held
        assert lent <= max(0, self.limits[CRITICAL] - NEVER_LENT)
        assert not (self.waiting(CRITICAL) and free[CRITICAL]), "critical waits beside a free connection"
        assert not (self.waiting(STANDARD) and (free[STANDARD] or free[CRITICAL] > NEVER_LENT))


async def settled() -> None:
    """Every task has run as far as it can."""
    for _ in range(3):
        await asyncio.sleep(0)


@given(
    critical=st.integers(2, 5),
    standard=st.integers(1, 4),
    steps=st.lists(
        st.tuples(st.sampled_from(["critical", "standard", "give back", "give up"]), st.integers(0, 20)), max_size=60
    ),
)
def test_nobody_waits_beside_a_connection_that_is_for_them(
    critical: int, standard: int, steps: list[tuple[str, int]]
) -> None:
    async def play() -> None:
        crowd = Crowd(critical, standard)
        for action, which in steps:
            await crowd.step(action, which)
            crowd.check()
        for task in [*crowd.waiting(CRITICAL), *crowd.waiting(STANDARD)]:
            task.cancel()
        await settled()

    asyncio.run(play())


@pytest.mark.parametrize("lane", list(Lane))
async def test_a_turn_that_comes_as_its_taker_leaves_is_not_lost(lane: Lane) -> None:
    slots = Slots({CRITICAL: 2, STANDARD: 1})
    held = [await slots.take(CRITICAL), await slots.take(CRITICAL), await slots.take(STANDARD)]
    leaving = asyncio.create_task(slots.take(lane))
    await settled()
    slots.give_back(held[0] if lane is CRITICAL else held[2])
    leaving.cancel()
    await settled()
    assert await asyncio.wait_for(slots.take(lane), 1) is lane
