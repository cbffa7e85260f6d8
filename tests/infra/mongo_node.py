"""A MongoDB of a test's own, to be killed and started again on its data."""

import signal
import subprocess
import sysconfig
import time
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from tests.support.mongo import free_port

READY_WITHIN = 30.0
STOPS_WITHIN = 10.0


class MongoNode:
    """A SecantusDB on a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"mongodb://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Returns when it answers."""
        program = Path(sysconfig.get_path("scripts")) / "secantusd-py"
        options = ["--port", str(self._port), "--storage-path", str(self._folder), "--sync-on-commit"]
        self._process = subprocess.Popen([program, *options, "--log-level", "WARNING"], cwd=self._folder)
        deadline = time.monotonic() + READY_WITHIN
        with pymongo.MongoClient[dict[str, object]](self.url, serverSelectionTimeoutMS=250) as client:
            while time.monotonic() < deadline:
                try:
                    client.admin.command("ping")
                except PyMongoError:
                    continue
                return
        raise AssertionError("the database did not come up")

    def freeze(self) -> None:
        """Has it answer nothing, with every connection open; only `kill` ends that."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOPS_WITHIN)
            self._process = None
