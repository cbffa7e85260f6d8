"""A gateway that answers on a port, with dead letters behind it, and the command that works on it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.gateway.world import World, build_world
from tests.redrive.letters import Letters
from tests.support.http import serving_app
from tests.users.makers import GOOD_PASSWORD


@dataclass
class Desk:
    """Somebody of the shop at a terminal."""

    world: World
    letters: Letters
    folder: Path
    environment: dict[str, str]

    async def dlq(self, *words: str, **environment: str) -> Result:
        """`caravan dlq`, to its end."""
        told = {**self.environment, **environment}
        # A thread: the command brings a loop of its own.
        return await asyncio.to_thread(CliRunner().invoke, app, ["dlq", *words], env=told)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.chdir(tmp_path)
    world = await build_world()
    letters = Letters(world.shop.letter_store)
    async with serving_app(world.wire.app) as address:
        _, _, port = address.rpartition(":")
        environment = {
            "CARAVAN_GATEWAY__PORT": port,
            "CARAVAN_ACCOUNTS__OPS_EMAIL": "ops@example.org",
            "CARAVAN_ACCOUNTS__OPS_PASSWORD": GOOD_PASSWORD,
            "COLUMNS": "200",
        }
        yield Desk(world, letters, tmp_path, environment)
