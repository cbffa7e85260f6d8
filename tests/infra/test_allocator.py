"""Memory: what a password's hash takes is the system's again once it is made."""

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio
import psutil
from services.infra.allocator import keep_little_memory
from services.users.passwords import Argon2Hasher

keep_little_memory()
hasher, process = Argon2Hasher(), psutil.Process()

async def hashed():
    before = process.memory_info().rss
    for _ in range(3):
        await hasher.hash("correct horse battery")
    print((process.memory_info().rss - before) // 2**20)

asyncio.run(hashed())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked")
def test_what_a_hash_took_is_given_back() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 10
