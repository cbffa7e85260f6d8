"""A flood of orders waits at the door: who gets no place in time is told so, and nothing of theirs has begun."""

import asyncio

import pytest

from gateway.admission import Admission
from gateway.errors import Busy, body_of


async def test_only_so_many_are_inside_at_once() -> None:
    door = Admission(at_once=3, patience=5)
    inside, most = 0, 0

    async def visit() -> None:
        nonlocal inside, most
        async with door.admitted():
            inside += 1
            most = max(most, inside)
            for _ in range(5):
                await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(20)))
    assert most == 3


async def test_who_waits_too_long_is_told_and_has_begun_nothing() -> None:
    door = Admission(at_once=1, patience=0.01)
    async with door.admitted():
        with pytest.raises(Busy) as busy:
            async with door.admitted():
                pytest.fail("two are inside")
    answer = body_of(busy.value)
    assert answer["extensions"] == {"code": "UNAVAILABLE"}
    assert "nothing was begun" in answer["message"]
    assert "may or may not" not in answer["message"]


async def test_a_place_is_free_again_after_a_failure_and_after_a_cancelled_wait() -> None:
    door = Admission(at_once=1, patience=5)
    with pytest.raises(ZeroDivisionError):
        async with door.admitted():
            _ = 1 / 0
    async with door.admitted():
        waiting = asyncio.create_task(door.admitted().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    async with asyncio.timeout(1), door.admitted():
        pass
