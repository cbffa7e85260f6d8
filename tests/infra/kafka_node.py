"""A Kafka of the tests' own, from the embedded stack's parts, to be killed and started again on its data."""

import asyncio
import os
import subprocess
import time
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cli.stack.servers.kafka import KafkaServer, find_java, find_kafka
from cli.stack.tools import Tools
from services.infra.settings import KafkaSettings
from tests.support.mongo import free_port

READY_WITHIN = 60.0
STOPS_WITHIN = 10.0


class KafkaNode:
    """One node on a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.bootstrap = f"127.0.0.1:{free_port()}"
        tools = Tools.of_this_machine()
        self._server = KafkaServer(
            source=find_kafka(KafkaSettings(), tools),
            java=find_java(tools),
            address=self.bootstrap,
            controller_port=free_port(),
            folder=folder,
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and not killed since."""
        return self._process is not None

    async def start(self) -> None:
        """Returns when it answers."""
        launch = await self._server.launch(lambda _: None)
        with (self._folder / "out.log").open("ab") as out:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - as fast as it gets
                launch.argv, stdout=out, stderr=out, env={**os.environ, **(launch.environment or {})}
            )
        deadline = time.monotonic() + READY_WITHIN
        while not await self._answers():
            assert self._process.poll() is None, "Kafka ended"
            assert time.monotonic() < deadline, "Kafka did not come up"

    async def _answers(self) -> bool:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            await admin.list_topics()
        except (KafkaError, OSError):
            await asyncio.sleep(0.2)
            return False
        finally:
            await admin.close()
        return True

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOPS_WITHIN)
            self._process = None
