"""Finds where something in this process listens that was told to take any free port. Opens and connects nothing."""

from collections.abc import Callable
from typing import Final, TypeVar

import psutil

ANY_PORT: Final = "127.0.0.1:0"
"""The system picks a port that is free at that moment, so nobody can come between."""

Result = TypeVar("Result")


def opened_by(make: Callable[[], Result]) -> tuple[Result, str | None]:
    """What `make` gives, and the URL of the one port that listens since; None where not exactly one does."""
    before = _listening()
    result = make()
    opened = _listening() - before
    return result, f"http://{opened.pop()}" if len(opened) == 1 else None


def _listening() -> set[str]:
    """Host and port of all that listens in this process; empty where the system does not say."""
    try:
        sockets = psutil.Process().net_connections(kind="tcp4")
    except (psutil.Error, OSError):
        return set()
    return {f"{each.laddr.ip}:{each.laddr.port}" for each in sockets if each.status == psutil.CONN_LISTEN}
