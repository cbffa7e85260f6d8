"""One stack a data folder: an advisory lock that the system lets go when its holders are gone, however they ended."""

import fcntl
import os
import time
from pathlib import Path

import psutil

from cli.errors import CommandFailed

PATIENCE = 6.0
"""Seconds to wait while the guardian of a killed stack still clears up."""
PAUSE = 0.05


def lock_folder(data: Path) -> int:
    """Makes the folder and locks it; returns the descriptor that holds the lock.

    Raises:
        CommandFailed: a stack runs on this folder, or the folder cannot be written to.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as failure:
        raise CommandFailed(
            f"Cannot write to the data folder {data}: {failure.strerror}. Give another: --data DIR."
        ) from failure
    give_up = time.monotonic() + PATIENCE
    while not _locked(descriptor):
        pid = _holder(descriptor)
        if psutil.pid_exists(pid) or time.monotonic() > give_up:
            os.close(descriptor)
            by = f" (pid {pid})" if pid else ""
            raise CommandFailed(f"A stack already runs on {data}{by}: stop it, or give another folder: --data DIR.")
        time.sleep(PAUSE)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0).decode(errors="replace")
    return int(text) if text.isdigit() else 0
