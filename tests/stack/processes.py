"""What tests of processes need: waiting for a condition, and knowing whether a process is there. Starts nothing."""

import time
from collections.abc import Callable, Iterable

import psutil

PATIENCE = 60.0
BETWEEN_LOOKS = 0.05


def until(what: str, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Returns once it holds; fails the test when it does not in time."""
    give_up = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < give_up, f"{what}: not within {patience} s"
        time.sleep(BETWEEN_LOOKS)


def is_there(pid: int) -> bool:
    """Whether the process still runs; one that only waits to be collected does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def alive(pids: Iterable[int]) -> set[int]:
    return {pid for pid in pids if is_there(pid)}


def family(pid: int) -> set[int]:
    """A process's children, theirs, and so on."""
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}
