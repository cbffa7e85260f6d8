"""What every part of a stack is built from. Holds values only."""

from dataclasses import dataclass
from pathlib import Path

from cli.stack.ports import PortBook
from cli.stack.tools import Tools
from services.infra.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a stack is built: the settings, the data folder (absolute), what the machine has, and its ports."""

    settings: Settings
    data: Path
    tools: Tools
    ports: PortBook
