"""The hasher: OWASP's parameters, the same work with and without an account, a few at a time."""

import asyncio
import os
import sys
import threading
import time

import pytest

from services.shared.errors import Unavailable
from services.users.passwords import Argon2Hasher

CHEAP = 64


@pytest.fixture
def hasher() -> Argon2Hasher:
    return Argon2Hasher(memory_kib=CHEAP)


EARLIER = "$argon2id$v=19$m=19456,t=2,p=1$agfAPK8oWhmlDBWHa6oqcg$oMnBLXWl8yA6kibR42GwIy3AQTQsfvB2s8tyVXwHCAM"
"""Of "three otters on a raft", by the parameters of earlier releases."""


async def test_the_parameters_are_one_of_owasps_choices() -> None:
    hashed = await Argon2Hasher().hash("three otters on a raft")
    assert hashed.startswith("$argon2id$v=19$m=7168,t=5,p=1$")


async def test_a_hash_of_an_earlier_release_is_right_and_to_be_made_anew() -> None:
    hasher = Argon2Hasher()
    assert await hasher.verify(EARLIER, "three otters on a raft")
    assert not await hasher.verify(EARLIER, "three otters on a boat")
    assert hasher.outdated(EARLIER)


async def test_a_hash_verifies_its_password_and_no_other(hasher: Argon2Hasher) -> None:
    hashed = await hasher.hash("three otters on a raft")
    assert await hasher.verify(hashed, "three otters on a raft")
    assert not await hasher.verify(hashed, "three otters on a boat")
    assert not await hasher.verify("no hash at all", "three otters on a raft")


async def test_the_same_password_has_another_hash_each_time(hasher: Argon2Hasher) -> None:
    assert await hasher.hash("three otters on a raft") != await hasher.hash("three otters on a raft")


async def test_without_a_hash_nothing_verifies_not_even_the_stand_in(hasher: Argon2Hasher) -> None:
    assert not await hasher.verify(None, "three otters on a raft")
    assert not await hasher.verify(None, "nobody's password")


async def test_without_a_hash_the_same_work_is_done() -> None:
    hasher = Argon2Hasher()
    hashed = await hasher.hash("three otters on a raft")

    async def fastest(password_hash: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            await hasher.verify(password_hash, "three otters on a boat")
            times.append(time.process_time() - start)
        return min(times)

    known, unknown = await fastest(hashed), await fastest(None)
    assert unknown > known / 3


async def test_a_hash_of_other_parameters_is_outdated_and_still_right(hasher: Argon2Hasher) -> None:
    older = await Argon2Hasher(memory_kib=CHEAP // 2).hash("three otters on a raft")
    assert hasher.outdated(older)
    assert await hasher.verify(older, "three otters on a raft")
    assert not hasher.outdated(await hasher.hash("three otters on a raft"))


class Counting(Argon2Hasher):
    """Lets verifications pass two by two and notes how many were under way together."""

    def __init__(self) -> None:
        super().__init__(at_once=2, memory_kib=CHEAP)
        self.most = 0
        self._under_way = 0
        self._count = threading.Lock()
        self._pair = threading.Barrier(2, timeout=20)

    def _matches(self, password_hash: str, password: str) -> bool:
        with self._count:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        self._pair.wait()
        try:
            return super()._matches(password_hash, password)
        finally:
            with self._count:
                self._under_way -= 1


async def test_passwords_are_checked_beside_the_event_loop_two_at_a_time() -> None:
    hasher = Counting()
    await asyncio.gather(*(hasher.verify(None, "three otters on a raft") for _ in range(6)))
    assert hasher.most == 2


class Held(Argon2Hasher):
    """Verifications wait until they are let go; notes how many were under way together."""

    def __init__(self) -> None:
        super().__init__(at_once=2, memory_kib=CHEAP)
        self.under_way = threading.Semaphore(0)
        self.let_go = threading.Event()

    def _matches(self, password_hash: str, password: str) -> bool:
        self.under_way.release()
        self.let_go.wait(20)
        return super()._matches(password_hash, password)


async def test_who_stops_waiting_makes_no_room_while_the_hash_is_made() -> None:
    hasher = Held()
    given_up = [asyncio.create_task(hasher.verify(None, "three otters on a raft")) for _ in range(2)]
    for _ in given_up:
        await asyncio.to_thread(hasher.under_way.acquire)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    patient = asyncio.create_task(hasher.verify(None, "three otters on a raft"))
    await asyncio.sleep(0)
    assert not await asyncio.to_thread(hasher.under_way.acquire, timeout=0.2)
    hasher.let_go.set()
    assert not await patient


class Full(Argon2Hasher):
    """Checks nothing before it is let."""

    def __init__(self) -> None:
        super().__init__(at_once=2, memory_kib=CHEAP, most_waiting=3)
        self.may_go = threading.Event()

    def _matches(self, password_hash: str, password: str) -> bool:
        assert self.may_go.wait(20)
        return super()._matches(password_hash, password)


async def test_who_comes_behind_too_many_is_told_at_once() -> None:
    hasher = Full()
    checks = [asyncio.create_task(hasher.verify(None, "three otters on a raft")) for _ in range(5)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await hasher.verify(None, "three otters on a raft")
    with pytest.raises(Unavailable):
        await hasher.hash("three otters on a raft")
    hasher.may_go.set()
    assert await asyncio.gather(*checks) == [False] * 5
    assert await hasher.hash("three otters on a raft")


async def test_who_stops_waiting_leaves_a_place_to_the_next() -> None:
    hasher = Full()
    checks = [asyncio.create_task(hasher.verify(None, "three otters on a raft")) for _ in range(5)]
    await asyncio.sleep(0)
    checks[-1].cancel()
    await asyncio.wait(checks[-1:])
    next_one = asyncio.create_task(hasher.verify(None, "three otters on a raft"))
    hasher.may_go.set()
    assert not await next_one
    assert await asyncio.gather(*checks[:-1]) == [False] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
async def test_hashing_gives_way_to_everything_else(hasher: Argon2Hasher) -> None:
    await hasher.hash("three otters on a raft")
    others = os.getpriority(os.PRIO_PROCESS, 0)
    hashing = [thread for thread in threading.enumerate() if thread.name.startswith("argon2")]
    assert hashing
    priorities = {os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) for thread in hashing}
    assert min(priorities) > others
