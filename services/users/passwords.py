"""Argon2id, in threads, a few at a time. The only module that hashes a password; keeps and logs none."""

import asyncio

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
"""OWASP's first choice for Argon2id: 19 MiB, two passes, one lane."""

AT_ONCE = 2
"""More at a time would only take cores and memory (19 MiB each) from everything else."""


class Argon2Hasher:
    """Offers `ports.PasswordHasher`. `memory_kib` is lowered by tests that hash a lot."""

    def __init__(self, *, at_once: int = AT_ONCE, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=memory_kib, parallelism=LANES, type=Type.ID)
        self._turn = asyncio.Semaphore(at_once)
        self._stand_in = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """The hash with its parameters and a salt of its own, about 100 characters."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the hash was made of the password; without a hash the same work, and False."""
        async with self._turn:
            right = await asyncio.to_thread(self._matches, password_hash or self._stand_in, password)
        return right and password_hash is not None

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
