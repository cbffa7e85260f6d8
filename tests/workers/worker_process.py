"""`python -m workers ...` as a child process, told by the environment where its servers are."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from services.infra.settings import CONTEXTS
from tests.support.mongo import free_port

NOBODY = "127.0.0.1:9"
READY_WITHIN = 60.0
STOPS_WITHIN = 10.0


class WorkerProcess:
    """One process. `missing` and `ready` ask it; `stop` answers with its exit code."""

    def __init__(self, log: Path, *names: str, mongo: str, temporal: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self._log = log
        environment = {
            "CARAVAN_MONGO__URL": mongo,
            "CARAVAN_TEMPORAL__ADDRESS": temporal,
            "CARAVAN_KAFKA__BOOTSTRAP": NOBODY,
            "CARAVAN_SERVICES__PORT": str(self.port),
            **{
                f"CARAVAN_SERVICES__{name.upper()}": f"http://127.0.0.1:{self.port}"
                for name in (CONTEXTS if names == ("all",) else names)
            },
        }
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers", *names], stderr=out, env={**os.environ, **environment}
            )

    def missing(self) -> tuple[int, list[str]] | None:
        """The status of /readyz and what it says is missing; None while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return answer.status, json.load(answer)["missing"]
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)["missing"]
        except OSError:
            return None

    def until(self, status: int, *missing: str) -> None:
        """Waits until /readyz says exactly this."""
        deadline = time.monotonic() + READY_WITHIN
        while (found := self.missing()) != (status, list(missing)):
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, f"{found}\n{self._log.read_text()}"
            time.sleep(0.1)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self._process.terminate()
        return self._process.wait(STOPS_WITHIN)

    def ended(self) -> int:
        """The exit code of a process that ends by itself."""
        return self._process.wait(READY_WITHIN)

    def kill(self) -> None:
        """For clearing up."""
        self._process.kill()
        self._process.wait(STOPS_WITHIN)

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self._log.read_text().splitlines()]
