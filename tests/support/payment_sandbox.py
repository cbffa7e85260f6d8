"""The payment sandbox as its own process, for tests: one a session for all, or a test's own to be killed at will."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STOPS_WITHIN = 10.0


class SandboxProcess:
    """A running sandbox; `url` is its address, the same after `restart`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._port = 0
        self._process = self._start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """Ends it as `kill -9` does."""
        self._process.kill()
        self._end()

    def restart(self) -> None:
        """Starts it again after `kill`, on the same data and port."""
        self._process = self._start()

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        self._process.terminate()
        return self._end()

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(command(self._data, self._port), cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        told = json.loads(process.stderr.readline())
        assert told["event"] == "listening", "the payment sandbox did not start"
        self._port = int(told["url"].rpartition(":")[2])
        return process

    def _end(self) -> int:
        code = self._process.wait(STOPS_WITHIN)
        assert self._process.stderr is not None
        self._process.stderr.close()
        return code


def command(data: Path, port: int = 0) -> list[str]:
    """How the sandbox is started."""
    options = ["--host", "127.0.0.1", "--port", str(port), "--data", str(data)]
    return [sys.executable, "-m", "cli.payment_sandbox", *options]


@contextmanager
def running_sandbox(data: Path) -> Iterator[SandboxProcess]:
    """A sandbox on this file, stopped in the end."""
    sandbox = SandboxProcess(data)
    try:
        yield sandbox
    finally:
        sandbox.stop()


@pytest.fixture(scope="session")
def payment_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """The session's sandbox: never killed, and remembers every test, so each test takes orders of its own."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox") / "book.jsonl") as sandbox:
        yield sandbox
