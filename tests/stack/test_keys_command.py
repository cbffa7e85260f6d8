"""`caravan keys` on a users' service that runs: lists, rotates once at a time, and is let in only as a known caller."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.infra.identity.callers import KnownCallers, new_pair
from services.infra.identity.entry import Entry, NoActors
from services.infra.identity.raw_keys import DEVELOPMENT_PUBLIC
from services.shared.clock import SystemClock
from services.users.api import keys_router, router
from services.users.keys.service import SigningKeys
from services.users.memory import MemoryAccountStore
from services.users.passwords import Argon2Hasher
from services.users.service import UserService
from services.users.sessions import RefreshTokens
from services.users.tokens import Ed25519Tokens
from tests.architecture.tree import ROOT
from tests.support.doubles import CountingIds, CountingSecrets
from tests.support.http import serving
from tests.users.makers import signing_keys
from tests.users.test_tokens import RULES


@pytest.fixture
def keys() -> SigningKeys:
    return signing_keys(SystemClock())


@pytest.fixture
async def address(keys: SigningKeys) -> AsyncIterator[str]:
    entry = Entry(callers=KnownCallers([DEVELOPMENT_PUBLIC], SystemClock()), actors=NoActors())
    clock, ids = SystemClock(), CountingIds()
    tokens, refresh_tokens = Ed25519Tokens(keys, RULES, clock, ids), RefreshTokens(clock, ids, CountingSecrets())
    face = UserService(MemoryAccountStore(), Argon2Hasher(memory_kib=64), tokens, refresh_tokens, clock, ids)
    both = router(face, entry)
    both.include_router(keys_router(keys, entry))
    async with serving(both) as address:
        yield address


async def caravan(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    """The command, in a folder without a ready file: its exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environment},
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_a_rotation_is_shown_and_there_is_one_at_a_time(address: str, keys: SigningKeys, tmp_path: Path) -> None:
    signing = (await keys.signer()).kid
    code, said = await caravan(tmp_path, "keys", "list", CARAVAN_SERVICES__USERS=address)
    assert (code, signing in said, "ACTIVE" in said, "NEXT" in said) == (0, True, True, False)
    code, said = await caravan(tmp_path, "keys", "rotate", CARAVAN_SERVICES__USERS=address)
    following = (await keys.list_keys())[-1].kid
    assert (code, following in said, "NEXT" in said, "signs from" in said) == (0, True, True, True)
    code, said = await caravan(tmp_path, "keys", "rotate", CARAVAN_SERVICES__USERS=address)
    assert (code, said.count("\n"), "wait for it" in said) == (1, 1, True)
    assert len(await keys.list_keys()) == 2


async def test_an_unknown_caller_rotates_nothing(address: str, keys: SigningKeys, tmp_path: Path) -> None:
    for private in (new_pair().private, ""):
        code, said = await caravan(
            tmp_path,
            "keys",
            "rotate",
            CARAVAN_SERVICES__USERS=address,
            CARAVAN_IDENTITY__PRIVATE_KEY=private,
        )
        assert (code, private in said if private else False) == (1, False)
    assert len(await keys.list_keys()) == 1


async def test_a_new_pair_is_what_the_settings_take(tmp_path: Path) -> None:
    code, said = await caravan(tmp_path, "keys", "pair")
    assert code == 0
    pair = dict(line.split("=") for line in said.splitlines())
    code, said = await caravan(tmp_path, "keys", "list", CARAVAN_SERVICES__USERS="http://127.0.0.1:9", **pair)
    assert (code, "did not answer" in said) == (1, True)
