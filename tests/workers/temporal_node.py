"""A Temporal of a test's own: the real dev server, to be killed and started again on its data."""

import asyncio
import subprocess
import sysconfig
import time
from pathlib import Path

from temporalio.client import Client

from services.infra.settings import TemporalSettings
from services.shared.errors import Unavailable
from tests.support.mongo import free_port
from workers import temporal
from workflows.runtime import new_runtime

READY_WITHIN = 60.0
STOPS_WITHIN = 10.0


class TemporalNode:
    """A dev server on a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Returns when it answers."""
        program = Path(sysconfig.get_path("scripts")) / "temporal"
        options = ["--port", str(self._port), "--db-filename", str(self._folder / "temporal.db")]
        with (self._folder / "temporal.log").open("ab") as out:
            self._process = subprocess.Popen(
                [program, "server", "start-dev", "--headless", "--log-level", "error", *options], stdout=out, stderr=out
            )
        asyncio.run(self._answering())

    async def _answering(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while True:
            try:
                await self.client()
            except Unavailable:
                assert time.monotonic() < deadline, "Temporal did not come up"
                await asyncio.sleep(0.1)
            else:
                return

    async def client(self) -> Client:
        """A client as the processes have it."""
        return await temporal.connect(TemporalSettings(address=self.address), new_runtime())

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOPS_WITHIN)
            self._process = None
