"""Servers that a test may kill, shared by a module's tests; whoever kills one starts it again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.infra.mongo_node import MongoNode
from tests.workers.temporal_node import TemporalNode
from tests.workers.worker_process import NOBODY, WorkerProcess


@pytest.fixture(scope="module")
def mongo_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoNode]:
    node = MongoNode(tmp_path_factory.mktemp("mongo"))
    node.start()
    yield node
    node.kill()


@pytest.fixture(scope="module")
def temporal_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalNode]:
    node = TemporalNode(tmp_path_factory.mktemp("temporal"))
    node.start()
    yield node
    node.kill()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts processes, and leaves none behind."""
    started: list[WorkerProcess] = []

    def start(*names: str, mongo: str = f"mongodb://{NOBODY}", temporal: str = NOBODY, **more: int) -> WorkerProcess:
        log = tmp_path / f"process-{len(started)}.log"
        started.append(WorkerProcess(log, *names, mongo=mongo, temporal=temporal, **more))
        return started[-1]

    yield start
    for process in started:
        process.kill()
