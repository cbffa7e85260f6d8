"""The lease: one holder at a time, taken over when its holder stands still, at once when it is given back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from services.infra.mongo import Database
from services.infra.outbox.lease import COLLECTION, Lease
from services.infra.outbox.times import LeaseTimes
from services.shared.clock import SystemClock

TIMES = LeaseTimes(lasts=0.8, renew=0.2, look=0.05, margin=0.2)


def lease_of(database: Database, holder: str) -> Lease:
    return Lease(database, holder, SystemClock(), TIMES)


@asynccontextmanager
async def kept(lease: Lease) -> AsyncIterator[Lease]:
    task = asyncio.create_task(lease.keep())
    yield lease
    task.cancel()
    await asyncio.wait([task])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the condition is kept by a server
            await asyncio.sleep(0.01)


async def test_one_of_two_has_it_and_keeps_it(database: Database) -> None:
    async with kept(lease_of(database, "a")) as first:
        await until(lambda: first.is_held)
        async with kept(lease_of(database, "b")) as second:
            await until(lambda: first.has_company)
            loop = asyncio.get_running_loop()
            end = loop.time() + 2 * TIMES.lasts
            await until(lambda: second.is_held or loop.time() > end)
            assert (first.is_held, second.is_held) == (True, False)
        await until(lambda: not first.has_company)


async def test_of_many_that_want_it_at_once_one_gets_it(database: Database) -> None:
    leases = [lease_of(database, str(number)) for number in range(6)]
    tasks = [asyncio.create_task(lease.keep()) for lease in leases]
    await until(lambda: any(lease.is_held for lease in leases))
    await until(lambda: any(lease.has_company for lease in leases))
    assert sum(lease.is_held for lease in leases) == 1
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_who_stands_still_has_lost_it_before_another_takes_over(database: Database) -> None:
    first, second = lease_of(database, "a"), lease_of(database, "b")
    async with kept(first):
        await until(lambda: first.is_held)
    async with kept(second):
        await until(lambda: not first.is_held)
        assert not second.is_held, "two at a time"
        await until(lambda: second.is_held)
        assert second.fence > 1


async def test_who_comes_back_finds_it_lost_and_stands_by(database: Database) -> None:
    first, second = lease_of(database, "a"), lease_of(database, "b")
    async with kept(first):
        await until(lambda: first.is_held)
    async with kept(second):
        await until(lambda: second.is_held)
        async with kept(first):
            await until(lambda: first.fence == 0)
            await until(lambda: second.has_company)
            assert second.is_held


async def test_what_is_given_back_is_taken_at_once_under_a_higher_fence(database: Database) -> None:
    first, second = lease_of(database, "a"), lease_of(database, "b")
    async with kept(first):
        await until(lambda: first.is_held)
        long_ago = datetime(2026, 11, 20, tzinfo=UTC)
        first.clean_until = long_ago
        renewed = {"clean_until": long_ago}
        async with asyncio.timeout(10):
            while not await database.collection(COLLECTION).find_one(renewed):  # noqa: ASYNC110 (a server keeps it)
                await asyncio.sleep(0.05)
    await first.release()
    assert not first.is_held
    async with kept(second):
        await until(lambda: second.is_held)
    assert (second.fence, second.clean_until) == (2, long_ago)
    document = await database.collection(COLLECTION).find_one()
    assert document is not None
    assert document["holder"] == "b"
