"""The topics that there are: made where they are missing, never altered. Sends and reads no record."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from services.infra.settings import KafkaSettings
from services.shared.dead_letters import dead_letter_topic
from services.shared.events import EVENT_TOPICS

DEPENDENCY = "kafka"
START_WITHIN = 10.0
"""Seconds to connect and to find the topics."""

PARTITIONS = 6
DAY_MS = 24 * 3600 * 1000
LARGEST_EVENT = 1024 * 1024
LARGEST_LETTER = 2 * 1024 * 1024
"""Bytes of a record: a dead letter holds what an event's topic takes, and headers beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it is made where it is missing. `largest_record` is in bytes, its headers and frame included."""

    name: str
    partitions: int
    retention_ms: int
    largest_record: int = LARGEST_EVENT


TOPICS = tuple(
    Topic(name=name, partitions=PARTITIONS, retention_ms=7 * DAY_MS) for name in sorted(set(EVENT_TOPICS.values()))
)


def letters_topic(topic: str, consumer: str) -> Topic:
    """The topic for what the consumer gives up of the topic: as many partitions, a longer life, larger records."""
    return Topic(
        name=dead_letter_topic(topic, consumer),
        partitions=PARTITIONS,
        retention_ms=30 * DAY_MS,
        largest_record=LARGEST_LETTER,
    )


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


def configs_of(topic: Topic) -> dict[str, str]:
    """The topic's configuration, by Kafka's names."""
    return {
        "retention.ms": str(topic.retention_ms),
        # Kafka removes whole segments, and its usual ones last a week: records would stay for twice as long.
        "segment.ms": str(min(topic.retention_ms, DAY_MS)),
        "cleanup.policy": "delete",
        "max.message.bytes": str(topic.largest_record),
    }


def _new_topic(topic: Topic, replication: int) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, replication, topic_configs=configs_of(topic))
