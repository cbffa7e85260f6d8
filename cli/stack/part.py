"""What the stack is made of: one part a process. Describes; starts nothing itself."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Protocol

from cli.stack.tools import Source

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
"""Everything listens here and nowhere else."""

Tell = Callable[[str], None]
"""Tells the person in front of the terminal what a part is doing just now."""


class Tier(IntEnum):
    """Who needs whom: a higher tier is stopped before a lower one."""

    SERVER = 0
    SANDBOX = 1
    SERVICES = 2
    GATEWAY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a process is started. `environment` comes on top of this process's own."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def python(*module: str, environment: Mapping[str, str] | None = None) -> Launch:
    """`python -m` on the very code that this process runs, not on a folder of the same name where it was called."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return Launch(argv=(sys.executable, "-P", "-m", *module), environment={**(environment or {}), "PYTHONPATH": path})


class Part(Protocol):
    """One server or process of the stack.

    Attributes:
        name: its key among the ready file's pids, and the name of its log file.
        title: its name for people.
        address: where it is, for people.
        source: where it comes from; of kind ADDRESS when nothing is to be started.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def tier(self) -> Tier: ...

    @property
    def address(self) -> str: ...

    @property
    def source(self) -> Source: ...

    async def launch(self, tell: Tell) -> Launch:
        """Makes ready what the process needs (folders, downloads) and says how to start it. Repeatable.

        Raises:
            CommandFailed: something is missing that only a person can bring.
        """
        ...

    async def check(self) -> str:
        """Uses the part as its clients do. Returns what it says of itself (a version); raises whatever went wrong."""
        ...
