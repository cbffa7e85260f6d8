"""Somebody of the shop at a terminal: the `caravan` command, on a whole gateway in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from cli.main import app
from tests.gateway.world import World, build_world
from tests.support.http import serving_app
from tests.users.makers import GOOD_PASSWORD


@dataclass
class Terminal:
    """A terminal in a folder."""

    world: World
    folder: Path
    environment: dict[str, str]

    async def caravan(self, *words: str, **environment: str) -> Result:
        """The command, to its end."""
        told = {**self.environment, **environment}
        # A thread: the command brings a loop of its own.
        return await asyncio.to_thread(CliRunner().invoke, app, words, env=told)


@asynccontextmanager
async def terminal_at(folder: Path) -> AsyncIterator[Terminal]:
    """A gateway that answers on a port, and a terminal that knows it and signs in as OPS."""
    world = await build_world()
    async with serving_app(world.wire.app) as address:
        _, _, port = address.rpartition(":")
        environment = {
            "CARAVAN_GATEWAY__PORT": port,
            "CARAVAN_ACCOUNTS__OPS_EMAIL": "ops@example.org",
            "CARAVAN_ACCOUNTS__OPS_PASSWORD": GOOD_PASSWORD,
            "COLUMNS": "200",
        }
        yield Terminal(world, folder, environment)
