"""What can go wrong with a call of a service, scripted: the faces of `shop.py` ask here before and after each call."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from services.shared.errors import Refused, Unavailable

EVER: Final = 10**9


@dataclass
class Fault:
    """What happens to the next `times` calls.

    Attributes:
        refusal: the service says no.
        down: it does not answer, and does nothing.
        lost: it does its work, and its answer is lost.
        hangs: it never comes back, and does nothing.
        defect: it raises something that nobody foresaw.
    """

    times: int = EVER
    refusal: Refused | None = None
    down: bool = False
    lost: bool = False
    hangs: bool = False
    defect: bool = False


@dataclass
class Gate:
    """A call that has been entered, and goes on when it is opened."""

    entered: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)


class Script:
    """The faults and gates by operation, and the journal of all calls in their order."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._gates: dict[str, Gate] = {}

    def plan(self, operation: str, *faults: Fault) -> None:
        """The faults of the coming calls, one after the other; replaces what was planned."""
        self._faults[operation] = list(faults)

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    @property
    def journal(self) -> str:
        """The calls in their order; a plus behind one that was made several times in a row."""
        words = [(word, len(list(times))) for word, times in groupby(self.calls)]
        return " ".join(f"{word}+" if times > 1 else word for word, times in words)

    def gate(self, operation: str) -> Gate:
        """Stops the coming calls at their entrance, until it is opened."""
        return self._gates.setdefault(operation, Gate())

    @asynccontextmanager
    async def call(self, operation: str, service: str) -> AsyncIterator[None]:
        """Around the work of a call: writes it down, and lets happen what is planned."""
        self.calls.append(operation)
        if operation in self._gates:
            self._gates[operation].entered.set()
            await self._gates[operation].opened.wait()
        fault = self._next(operation)
        if fault.hangs:
            await asyncio.Event().wait()
        if fault.refusal:
            raise fault.refusal
        if fault.defect:
            raise RuntimeError("secret text of a driver")
        if fault.down:
            raise Unavailable(service)
        yield
        if fault.lost:
            raise Unavailable(service, "the answer was lost")

    def _next(self, operation: str) -> Fault:
        faults = self._faults[operation]
        if not faults:
            return Fault()
        faults[0].times -= 1
        return faults[0] if faults[0].times else faults.pop(0)
