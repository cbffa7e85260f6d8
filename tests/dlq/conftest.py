"""A gateway that answers on a port, with dead letters behind it, and the command that works on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import Result

from tests.gateway.world import World
from tests.redrive.letters import Letters
from tests.support.terminal import Terminal, terminal_at


@dataclass
class Desk:
    """Somebody of the shop at a terminal."""

    terminal: Terminal
    letters: Letters

    @property
    def world(self) -> World:
        return self.terminal.world

    @property
    def folder(self) -> Path:
        return self.terminal.folder

    async def dlq(self, *words: str, **environment: str) -> Result:
        """`caravan dlq`, to its end."""
        return await self.terminal.caravan("dlq", *words, **environment)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.chdir(tmp_path)
    async with terminal_at(tmp_path) as terminal:
        yield Desk(terminal, Letters(terminal.world.shop.letter_store))
