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
def only_kafka_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaNode]:
    """One for all tests of a module."""
    node = KafkaNode(tmp_path_factory.mktemp("kafka"))
    yield node
    node.kill()


@pytest.fixture
def kafka_node(only_kafka_node: KafkaNode) -> KafkaNode:
    """Shared by a module's tests, each with aggregates of its own. It runs; a test may leave it killed."""
    if not only_kafka_node.is_running:
        asyncio.run(only_kafka_node.start())
    return only_kafka_node
