"""The stack's own log file: one JSON object a line, as our other processes write. Shows nothing on the terminal."""

from pathlib import Path
from typing import Self, TextIO

import structlog

from cli.stack.part import Part
from cli.stack.report import State


class Journal:
    """Keeps what the stack reports; a context manager, since it holds a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = path.open("a", buffering=1)
        self._log = structlog.wrap_logger(
            structlog.WriteLogger(self._file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def state(self, part: Part, state: State, note: str) -> None:
        write = self._log.warning if state is State.DOWN else self._log.info
        write(state.value, process="up", part=part.name, address=part.address, note=note)
