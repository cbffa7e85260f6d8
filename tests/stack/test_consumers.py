"""What the doctor says of consumers and of dead letters, by the very metrics that processes serve."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import generate_latest

from cli.doctor.consumers import check_consumers, check_dead_letters
from cli.doctor.words import lasting
from cli.stack.checks import NotReady, SetOtherwise, Waits
from services.infra.consuming import metrics
from workers import dead_letters

NOBODY = "http://127.0.0.1:1"
GAUGES = (
    *(metrics.FLOODED, metrics.RESTING, metrics.JOINED, metrics.PARKED_KEYS, metrics.LAG_RECORDS),
    *(dead_letters.WAITING, dead_letters.OLDEST),
)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Nothing that other tests have counted, and nothing of ours for them."""
    for gauge in GAUGES:
        gauge.clear()
    yield
    for gauge in GAUGES:
        gauge.clear()


@pytest.fixture
async def process() -> AsyncIterator[str]:
    """A process that serves its metrics."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest())

    app = web.Application()
    app.router.add_get("/metrics", page)
    server = TestServer(app)
    async with server:
        yield str(server.make_url("")).rstrip("/")


async def test_consumers_that_work_are_well_and_say_how_far_they_are(process: str) -> None:
    metrics.FLOODED.labels("stock-notes").set(0)
    metrics.LAG_RECORDS.labels("stock-notes").set(7)
    metrics.LAG_RECORDS.labels("live-stock").set(1)
    assert await check_consumers(process) == "8 records behind"
    metrics.PARKED_KEYS.labels("stock-notes").set(2)
    assert await check_consumers(process) == "8 records behind, stock-notes tries 2 keys again"


async def test_one_that_pauses_and_one_that_waits_are_wrong(process: str) -> None:
    metrics.FLOODED.labels("stock-notes").set(1)
    metrics.RESTING.labels("live-stock").set(3)
    with pytest.raises(SetOtherwise, match=r"stock-notes pauses.*dlq list.*; live-stock waits .* on 3 partitions"):
        await check_consumers(process)


async def test_one_that_joins_in_vain_is_wrong_though_it_seems_nothing_behind(process: str) -> None:
    metrics.LAG_RECORDS.labels("stock-notes").set(0)
    metrics.JOINED.labels("stock-notes").set(2)
    assert await check_consumers(process) == "0 records behind"
    metrics.JOINED.labels("stock-notes").set(3)
    with pytest.raises(SetOtherwise, match=r"^stock-notes joined 3 times and could read nothing"):
        await check_consumers(process)


async def test_dead_letters_are_counted_with_the_age_of_the_oldest(process: str) -> None:
    assert await check_dead_letters(process) == "none waits"
    dead_letters.WAITING.labels("stock-notes", "PARKED", "poison").set(2)
    dead_letters.WAITING.labels("stock-notes", "QUARANTINED", "exhausted").set(1)
    dead_letters.WAITING.labels("live-stock", "PARKED", "poison").set(1)
    dead_letters.OLDEST.labels("stock-notes").set(7300)
    dead_letters.OLDEST.labels("live-stock").set(5)
    said = await check_dead_letters(process)
    assert said == "1 of live-stock, 3 of stock-notes wait, the oldest for 2 hours: `caravan dlq list` says which"


async def test_a_process_that_does_not_answer_is_waited_for(process: str) -> None:
    with pytest.raises(Waits) as waits:
        await check_consumers(NOBODY)
    assert waits.value.missing == ("services",)
    with pytest.raises(NotReady, match="/metrics answers 404"):
        await check_dead_letters(f"{process}/else")


def test_a_time_is_told_in_its_largest_unit() -> None:
    told = [lasting(timedelta(seconds=seconds)) for seconds in (1.9, 60, 7300, 200_000)]
    assert told == ["1 second", "1 minute", "2 hours", "2 days"]
