"""Argon2id, in threads of its own, a few at a time. The only module that hashes a password; keeps and logs none."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.infra.metrics.pools import Pool, PoolMetrics
from services.shared.errors import Unavailable

MEMORY_KIB = 7 * 1024
PASSES = 5
LANES = 1
"""Of the choices that OWASP calls equal for Argon2id the one with the least memory: 7 MiB, five passes, one lane.

It takes less of the processor than 19 MiB and two passes, and less of its caches from everybody else. Memory of more
than `allocator.RETURNED_FROM` would be had from the system anew for each hash.
"""

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Half of the cores: more would take them, and memory (7 MiB each), from everything else."""

MOST_WAITING = 64
"""Who comes behind these would wait for a second or two, and is told to come again instead."""

NICENESS = 10
"""Of the threads that hash: beside a busy process a login waits a little, not everybody else for it."""

Result = TypeVar("Result")


class Argon2Hasher:
    """Offers `ports.PasswordHasher`. Raises Unavailable in a flood.

    `memory_kib` is lowered by tests that hash a lot; `counted` gets the numbers of its threads.

    The threads are the bound: a caller that stops waiting does not make room for another while its hash is made.
    """

    def __init__(
        self,
        counted: Pool | None = None,
        *,
        at_once: int = AT_ONCE,
        memory_kib: int = MEMORY_KIB,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=memory_kib, parallelism=LANES, type=Type.ID)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2", initializer=_give_way)
        self._counted = counted or PoolMetrics().pool("argon2", at_once)
        self._stand_in = self._hasher.hash("nobody's password")
        self._most = at_once + most_waiting
        self._begun = 0

    async def hash(self, password: str) -> str:
        """The hash with its parameters and a salt of its own, about 100 characters."""
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the hash was made of the password; without a hash the same work, and False."""
        right = await self._in_turn(lambda: self._matches(password_hash or self._stand_in, password))
        return right and password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than these."""
        return self._hasher.check_needs_rehash(password_hash)

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        """Raises Unavailable, with nothing begun, when too many are waiting."""
        if self._begun >= self._most:
            raise Unavailable("passwords", "too many are being checked")
        self._begun += 1
        wished = monotonic()

        def in_its_turn() -> Result:
            self._counted.taken(monotonic() - wished)
            try:
                return work()
            finally:
                self._counted.given_back()

        done = asyncio.get_running_loop().run_in_executor(self._threads, in_its_turn)
        done.add_done_callback(self._note_end)
        return await done

    def _note_end(self, _done: "asyncio.Future[Result]") -> None:
        self._begun -= 1

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _give_way() -> None:
    """Lowers the priority of the calling thread, which only Linux knows as one of a thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
