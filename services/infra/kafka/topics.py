"""The topics that there are: made where they are missing. Sends and reads no record."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from services.infra.settings import KafkaSettings
from services.shared.events import EVENT_TOPICS

DEPENDENCY = "kafka"
START_WITHIN = 10.0
"""Seconds to connect and to find the topics."""

WEEK_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it is made where it is missing."""

    name: str
    partitions: int
    retention_ms: int


TOPICS = tuple(Topic(name=name, partitions=6, retention_ms=WEEK_MS) for name in sorted(set(EVENT_TOPICS.values())))


async def ensure_topics(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> None:
    """Makes the topics that are missing. Raises KafkaError, OSError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    try:
        await admin.start()
        answer = await admin.create_topics([_new_topic(topic, settings.replication) for topic in topics])
        for _, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error
    finally:
        await admin.close()


def _new_topic(topic: Topic, replication: int) -> NewTopic:
    configs = {"retention.ms": str(topic.retention_ms), "cleanup.policy": "delete"}
    return NewTopic(topic.name, topic.partitions, replication, topic_configs=configs)
