"""A consumer of somebody else's: plain aiokafka, the CloudEvents SDK, and the AsyncAPI document. Imports no Caravan.

What it needs to know and cannot find in the document is missing there.
"""

import asyncio
import json
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from jsonschema import Draft7Validator
from jsonschema.protocols import Validator

CONTRACT = Path(__file__).resolve().parents[2] / "docs" / "events" / "asyncapi.json"
EVENT = "ce_type"


class Surprise(Exception):
    """A record that is not as the document says."""


class Stranger:
    """Reads all topics of the document from now on. Use as a context."""

    def __init__(self, bootstrap: str, contract: Path = CONTRACT) -> None:
        self._document = json.loads(contract.read_text(encoding="utf-8"))
        self._folder = contract.parent
        self._kafka = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
        self._validator = cache(self._made_validator)
        self.events: list[BaseCloudEvent] = []

    async def __aenter__(self) -> Self:
        await self._kafka.start()
        places = [
            TopicPartition(channel["address"], number)
            for channel in self._document["channels"].values()
            for number in range(channel["bindings"]["kafka"]["partitions"])
        ]
        self._kafka.assign(places)
        await self._kafka.seek_to_end(*places)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._kafka.stop()

    def partitions(self) -> dict[str, int]:
        """How many each topic has in Kafka."""
        topics = {channel["address"] for channel in self._document["channels"].values()}
        return {topic: len(self._kafka.partitions_for_topic(topic) or ()) for topic in topics}

    def promised_partitions(self) -> dict[str, int]:
        """How many the document says."""
        channels = self._document["channels"].values()
        return {channel["address"]: channel["bindings"]["kafka"]["partitions"] for channel in channels}

    async def read_until_told(self, types: AbstractSet[str], seconds: float) -> None:
        """Reads on until it has read all these types. Raises Surprise."""
        try:
            async with asyncio.timeout(seconds):
                while self._missing(types):
                    batches = await self._kafka.getmany(timeout_ms=200)
                    self.events += [self._understood(record) for batch in batches.values() for record in batch]
        except TimeoutError:
            raise Surprise(f"nobody has told of {sorted(self._missing(types))}") from None

    def _missing(self, types: AbstractSet[str]) -> AbstractSet[str]:
        return types - {event.get_type() for event in self.events}

    def _understood(self, record: "ConsumerRecord[bytes, bytes]") -> BaseCloudEvent:
        headers = {name: value.decode() for name, value in record.headers}
        message = self._message(record.topic, headers.get(EVENT, ""))
        for part in message["headers"]["allOf"]:
            self._check(part, headers, record)
        self._check(message["payload"], json.loads(record.value), record)
        event = from_binary_event(KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value))
        if event.get_subject() != record.key.decode():
            raise Surprise(f"{record.topic}: the key is not the subject")
        return event

    def _message(self, topic: str, kind: str) -> Any:  # noqa: ANN401 - any JSON value
        reference = self._document["channels"][topic]["messages"].get(kind)
        if reference is None:
            raise Surprise(f"{topic}: nobody told of {kind}")
        return self._document["components"]["messages"][reference["$ref"].rpartition("/")[2]]

    def _check(self, schema: Any, value: Any, record: "ConsumerRecord[bytes, bytes]") -> None:  # noqa: ANN401
        for error in self._validator(json.dumps(schema)).iter_errors(value):
            raise Surprise(f"{record.topic} {record.offset}: {error.message}")

    def _made_validator(self, schema: str) -> Validator:
        read = json.loads(schema)
        reference = read.get("$ref", "")
        if reference.startswith("./"):
            read = json.loads((self._folder / reference).read_text(encoding="utf-8"))
        elif reference:
            read = self._document["components"]["schemas"][reference.rpartition("/")[2]]
        return Draft7Validator(read)
