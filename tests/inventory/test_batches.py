"""Group commit: who waits together is run together, nobody waits for company, and nobody pays for another's failure."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from services.inventory.batches import Batches
from services.inventory.ledger import Ledger
from services.inventory.records import Scope
from services.inventory.requests import Request
from services.shared.errors import Conflict, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A request that can be told from others; never decided here."""

    number: int

    @property
    def scope(self) -> Scope:
        return Scope()

    def decide(self, ledger: Ledger) -> int:
        raise AssertionError(ledger)


class Runs:
    """Notes each batch, and answers once it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.started = asyncio.Event()
        self.poison: dict[int, Exception] = {}
        self.away = False

    async def apply(self, requests: Sequence[Request[Any]]) -> list[object]:
        numbers = [request.number for request in requests if isinstance(request, Numbered)]
        self.batches.append(numbers)
        self.started.set()
        await self.gate.wait()
        if self.away:
            raise Unavailable("database")
        for number in numbers:
            if isinstance(failure := self.poison.get(number), LookupError):
                raise failure
        return [self.poison.get(number, number * 10) for number in numbers]


def submitted(batches: Batches, *numbers: int) -> list["asyncio.Task[int]"]:
    return [asyncio.create_task(batches.submit(Numbered(number=number))) for number in numbers]


async def test_one_alone_runs_at_once() -> None:
    runs = Runs()
    assert await Batches(runs.apply).submit(Numbered(number=1)) == 10
    assert await Batches(runs.apply).submit(Numbered(number=2)) == 20
    assert runs.batches == [[1], [2]]


async def test_what_waits_while_a_batch_runs_is_the_next_one_in_its_order() -> None:
    runs = Runs()
    runs.gate.clear()
    batches = Batches(runs.apply)
    first = submitted(batches, 1)
    await runs.started.wait()
    rest = submitted(batches, 4, 2, 3)
    await asyncio.sleep(0)
    assert runs.batches == [[1]]
    runs.gate.set()
    assert await asyncio.gather(*first, *rest) == [10, 40, 20, 30]
    assert runs.batches == [[1], [4, 2, 3]]


async def test_a_batch_is_bounded() -> None:
    runs = Runs()
    answers = await asyncio.gather(*submitted(Batches(runs.apply, most=2), 1, 2, 3, 4, 5))
    assert answers == [10, 20, 30, 40, 50]
    assert runs.batches == [[1, 2], [3, 4], [5]]


async def test_a_refusal_is_its_own_requests_alone() -> None:
    runs = Runs()
    runs.poison[2] = Conflict("no")
    answers = await asyncio.gather(*submitted(Batches(runs.apply), 1, 2, 3), return_exceptions=True)
    assert answers == [10, runs.poison[2], 30]


async def test_unavailable_is_everybodys_and_the_next_batch_runs() -> None:
    runs = Runs()
    runs.away = True
    batches = Batches(runs.apply)
    answers = await asyncio.gather(*submitted(batches, 1, 2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    runs.away = False
    assert await batches.submit(Numbered(number=3)) == 30


async def test_a_defect_in_one_request_fails_that_one_only() -> None:
    runs = Runs()
    runs.poison[2] = LookupError("a defect")
    answers = await asyncio.gather(*submitted(Batches(runs.apply), 1, 2, 3), return_exceptions=True)
    assert answers == [10, runs.poison[2], 30]
    assert runs.batches == [[1, 2, 3], [1], [2], [3]]


async def test_who_has_gone_before_the_batch_began_is_left_out() -> None:
    runs = Runs()
    runs.gate.clear()
    batches = Batches(runs.apply)
    first = submitted(batches, 1)
    await runs.started.wait()
    gone, stays = submitted(batches, 2, 3)
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    runs.gate.set()
    assert await asyncio.gather(*first, stays) == [10, 30]
    assert runs.batches == [[1], [3]]


async def test_who_goes_while_the_batch_runs_does_not_disturb_it() -> None:
    runs = Runs()
    runs.gate.clear()
    gone, stays = submitted(Batches(runs.apply), 1, 2)
    await runs.started.wait()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    runs.gate.set()
    assert await stays == 20
    assert runs.batches == [[1, 2]]
