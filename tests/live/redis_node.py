"""A Redis of a test's own, from the embedded stack's parts, to be frozen, killed and started again."""

import signal
import subprocess
import time
from pathlib import Path

import redis

from cli.stack.servers.redis import find_redis
from cli.stack.tools import Tools
from services.infra.settings import RedisSettings
from tests.support.mongo import free_port

READY_WITHIN = 10.0
STOPS_WITHIN = 5.0


class RedisNode:
    """One server on a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._program = find_redis(RedisSettings(), Tools.of_this_machine()).program
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Returns when it answers."""
        options = ["--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(self._folder), "--save", ""]
        with (self._folder / "out.log").open("ab") as out:
            self._process = subprocess.Popen([str(self._program), *options], stdout=out, stderr=out)
        deadline = time.monotonic() + READY_WITHIN
        while not self._answers():
            assert time.monotonic() < deadline, "Redis did not come up"

    def _answers(self) -> bool:
        with redis.Redis(port=self._port, socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                time.sleep(0.02)
                return False

    def drop_connections(self) -> None:
        """Cuts off all who listen; they may connect again at once."""
        with redis.Redis(port=self._port) as client:
            client.client_kill_filter(_type="pubsub")

    def freeze(self) -> None:
        """Has it answer nothing, with every connection open."""
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        """Ends that."""
        self._tell(signal.SIGCONT)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOPS_WITHIN)
            self._process = None

    def _tell(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
