"""What a stack says of itself while it runs. Those who show or keep it implement `Report`; nothing is shown here."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from cli.stack.part import Part


class State(StrEnum):
    """What became of a part."""

    PREPARING = "preparing"
    STARTING = "starting"
    READY = "ready"
    DOWN = "down"
    STOPPED = "stopped"


class Report(Protocol):
    """Hears of every change."""

    def state(self, part: Part, state: State, note: str) -> None: ...


class Reports:
    """Several that hear the same."""

    def __init__(self, *reports: Report) -> None:
        self._reports: Sequence[Report] = reports

    def state(self, part: Part, state: State, note: str) -> None:
        for report in self._reports:
            report.state(part, state, note)
