"""When what waits leaves for Kafka."""

import asyncio

from services.infra.kafka.departures import Departures

EVERY = 0.3


async def test_the_first_leaves_at_once_and_all_that_wait_after_it_leave_together() -> None:
    loop = asyncio.get_running_loop()
    departures = Departures(EVERY)
    started = loop.time()
    await departures.next()
    assert loop.time() - started < EVERY

    async def leave() -> float:
        await departures.next()
        return loop.time()

    left = await asyncio.gather(*(leave() for _ in range(5)))
    assert min(left) - started >= EVERY
    assert max(left) - min(left) < EVERY
    assert await leave() - max(left) > EVERY / 2


async def test_who_no_longer_waits_holds_up_nobody() -> None:
    departures = Departures(EVERY)
    await departures.next()
    gone, stays = (asyncio.create_task(departures.next()) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    async with asyncio.timeout(EVERY * 20):
        await stays
    assert gone.cancelled()
