"""Calls of a service that fails: what is tried again, what is not, when it is left alone, and what is counted."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from services.infra.calls.attempts import ATTEMPTS
from services.infra.calls.circuits import FAILURES
from services.infra.calls.deadlines import waited_for
from services.infra.calls.metrics import CallMetrics
from services.infra.calls.sender import Line, connections
from services.infra.http import Caller
from services.shared.errors import Conflict, Unavailable
from tests.infra.calls.service import Cutter, Face, Served, served_at, until
from tests.support.identity import IDENTITY

NOBODY_THERE = "http://127.0.0.1:9"


class Numbers:
    """What was counted."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.metrics = CallMetrics(self._registry)

    def calls(self, operation: str, outcome: str) -> float:
        """So many calls ended so."""
        labels = {"service": "shop", "operation": operation, "outcome": outcome}
        return self._registry.get_sample_value("caravan_internal_calls_total", labels) or 0

    def timed(self, operation: str) -> float:
        """So many calls were timed."""
        labels = {"service": "shop", "operation": operation}
        return self._registry.get_sample_value("caravan_internal_call_seconds_count", labels) or 0

    def again(self, operation: str) -> float:
        """So many attempts were made after the first."""
        labels = {"service": "shop", "operation": operation}
        return self._registry.get_sample_value("caravan_internal_call_attempts_again_total", labels) or 0

    def is_open(self) -> bool:
        """Whether the service is left alone."""
        return self._registry.get_sample_value("caravan_internal_circuit_open", {"service": "shop"}) == 1


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with connections() as session:
        yield session


@pytest.fixture
async def address(served: Served) -> AsyncIterator[str]:
    async with served_at(served) as address:
        yield address
        if served.hangs is not None:
            served.hangs.set()


@pytest.fixture
def line(session: aiohttp.ClientSession, numbers: Numbers) -> Line:
    return Line(session=session, identity=IDENTITY, timeout=2, metrics=numbers.metrics)


@pytest.fixture
def caller(line: Line, address: str) -> Caller:
    return Caller(line, address, "shop", Face)


async def test_a_read_is_made_again_where_the_database_was_away_for_a_moment(
    caller: Caller, served: Served, numbers: Numbers
) -> None:
    served.unavailable = ATTEMPTS - 1
    assert await caller.call("read") == "done"
    assert served.asked == ["read"] * ATTEMPTS
    assert (numbers.calls("read", "ok"), numbers.again("read"), numbers.timed("read")) == (1, ATTEMPTS - 1, 1)


async def test_a_change_is_not(caller: Caller, served: Served, numbers: Numbers) -> None:
    served.unavailable = 1
    with pytest.raises(Unavailable):
        await caller.call("change")
    assert served.asked == ["change"]
    assert (numbers.calls("change", "unavailable"), numbers.again("change")) == (1, 0)


async def test_a_read_is_made_again_where_its_connection_broke(line: Line, address: str) -> None:
    cutter = Cutter(address, cuts=1)
    async with cutter.serving() as between:
        assert await Caller(line, between, "shop", Face).call("read") == "done"
    assert cutter.requests == 2


async def test_whether_a_change_was_made_is_unknown_where_its_connection_broke(
    line: Line, address: str, numbers: Numbers
) -> None:
    cutter = Cutter(address, cuts=1)
    async with cutter.serving() as between:
        with pytest.raises(Unavailable):
            await Caller(line, between, "shop", Face).call("change")
    assert cutter.requests == 1
    assert numbers.calls("change", "broken") == 1


@pytest.mark.parametrize("operation", ["read", "change"])
async def test_what_never_got_there_is_sent_again_whatever_it_is(operation: str, line: Line, numbers: Numbers) -> None:
    with pytest.raises(Unavailable):
        await Caller(line, NOBODY_THERE, "shop", Face).call(operation)
    assert (numbers.calls(operation, "unreachable"), numbers.again(operation)) == (1, ATTEMPTS - 1)


async def test_a_refusal_is_an_answer(caller: Caller, served: Served, numbers: Numbers) -> None:
    served.refuses = True
    for _ in range(FAILURES + 1):
        with pytest.raises(Conflict):
            await caller.call("read")
    assert len(served.asked) == FAILURES + 1
    assert numbers.calls("read", "refused") == FAILURES + 1


async def test_a_service_that_is_away_is_left_alone_and_then_found_again(
    caller: Caller, served: Served, numbers: Numbers
) -> None:
    served.unavailable = 1000
    for _ in range(FAILURES):
        with pytest.raises(Unavailable):
            await caller.call("read")
    reached = len(served.asked)
    with pytest.raises(Unavailable):
        await caller.call("change")
    assert len(served.asked) == reached
    assert numbers.is_open()
    assert numbers.calls("change", "circuit-open") == 1

    served.unavailable = 0
    async with asyncio.timeout(5):
        while numbers.is_open():
            try:
                assert await caller.call("read") == "done"
            except Unavailable:
                await asyncio.sleep(0.05)
    assert len(served.asked) == reached + 1


async def test_changes_that_a_service_has_no_room_for_do_not_keep_reads_away(caller: Caller, served: Served) -> None:
    served.unavailable = FAILURES * 2
    for _ in range(FAILURES * 2):
        with pytest.raises(Unavailable):
            await caller.call("change")
    assert await caller.call("read") == "done"


async def test_attempts_again_do_not_multiply_the_calls_of_a_service_in_trouble(
    line: Line, address: str, served: Served
) -> None:
    served.unavailable = 1000
    callers = [Caller(line, address, "shop", Face)]
    made = 0
    for _ in range(FAILURES):
        made += 1
        with pytest.raises(Unavailable):
            await callers[0].call("read")
    assert len(served.asked) <= made + 5


async def test_a_call_has_what_is_left_of_the_requests_time(
    line: Line, address: str, served: Served, numbers: Numbers
) -> None:
    served.hangs = asyncio.Event()
    caller = Caller(line, address, "shop", Face)
    started = asyncio.get_running_loop().time()
    with waited_for(0.2):
        for _ in range(3):
            with pytest.raises(Unavailable):
                await caller.call("read")
    assert asyncio.get_running_loop().time() - started < 1
    assert served.asked == ["read"]
    assert (numbers.calls("read", "timeout"), numbers.calls("read", "late")) == (1, 2)


async def test_late_requests_say_nothing_about_a_service(line: Line, address: str, served: Served) -> None:
    served.hangs = asyncio.Event()
    caller = Caller(line, address, "shop", Face)
    for _ in range(FAILURES):
        with waited_for(0.02), pytest.raises(Unavailable):
            await caller.call("read")
    served.hangs.set()
    assert await caller.call("read") == "done"


async def test_a_service_that_hangs_is_left_alone_too(
    session: aiohttp.ClientSession, address: str, served: Served, numbers: Numbers
) -> None:
    served.hangs = asyncio.Event()
    line = Line(session=session, identity=IDENTITY, timeout=0.05, metrics=numbers.metrics)
    caller = Caller(line, address, "shop", Face)
    for _ in range(FAILURES):
        with pytest.raises(Unavailable):
            await caller.call("read")
    assert numbers.is_open()


async def test_a_read_ends_at_the_service_when_its_caller_waits_no_more(
    line: Line, address: str, served: Served
) -> None:
    served.hangs = asyncio.Event()
    caller = Caller(line, address, "shop", Face)
    with waited_for(0.1), pytest.raises(Unavailable):
        await caller.call("read")
    await until(lambda: bool(served.ended))
    assert not served.hangs.is_set()


async def test_a_change_that_was_begun_goes_on(line: Line, address: str, served: Served) -> None:
    served.hangs = asyncio.Event()
    caller = Caller(line, address, "shop", Face)
    with waited_for(0.1), pytest.raises(Unavailable):
        await caller.call("change")
    with waited_for(0.1), pytest.raises(Unavailable):
        await caller.call("read")
    await until(lambda: served.ended == ["read"])
    served.hangs.set()
    await until(lambda: served.ended == ["read", "change"])


async def test_a_call_that_is_given_up_is_counted_as_that(caller: Caller, served: Served, numbers: Numbers) -> None:
    served.hangs = asyncio.Event()
    call = asyncio.ensure_future(caller.call("read"))
    await until(lambda: bool(served.asked))
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert numbers.calls("read", "cancelled") == 1
