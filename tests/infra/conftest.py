"""Servers that a test may kill."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.kafka_node import KafkaNode
from tests.infra.mongo_node import MongoNode


@pytest.fixture
def mongo_node(tmp_path: Path) -> Iterator[MongoNode]:
    node = MongoNode(tmp_path)
    node.start()
    yield node
    node.kill()


@pytest.fixture(scope="module")
def kafka_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaNode]:
    """Shared by a module's tests, each with aggregates of its own; whoever kills it starts it again."""
    node = KafkaNode(tmp_path_factory.mktemp("kafka"))
    asyncio.run(node.start())
    yield node
    node.kill()
