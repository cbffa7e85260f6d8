"""Memory: of what password hashes take no more is kept than one of them needs."""

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
    for _ in range(10):
        await hasher.hash("correct horse battery")
    print((process.memory_info().rss - before) // 2**20)

asyncio.run(hashed())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked")
def test_many_hashes_leave_no_more_behind_than_one_takes() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 10
