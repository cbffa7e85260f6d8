"""Whether topics are as they were to be made. Looks; makes and alters none: that is the operator's decision."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from services.infra.kafka.topics import Topic, configs_of
from services.infra.settings import KafkaSettings

THERE = "there"
MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A topic is not as the table has it.

    Attributes:
        setting: `partitions`, `replicas`, one of Kafka's names for a topic's configuration, or `topic` itself.
    """

    topic: str
    setting: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found}, not {self.wanted}"


async def differences(settings: KafkaSettings, topics: Sequence[Topic]) -> tuple[Difference, ...]:
    """How the topics differ from the table. Raises KafkaError, OSError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    try:
        await admin.start()
        # Asked for by name, a missing topic could be made by the broker, in a shape of its own.
        there = {each["topic"]: each for each in await admin.describe_topics()}
        known = [topic for topic in topics if topic.name in there]
        configs = await _configs(admin, known)
        missing = [_missing(topic) for topic in topics if topic.name not in there]
        found = [each for topic in known for each in _of_topic(topic, settings, there[topic.name], configs[topic.name])]
        return (*missing, *found)
    finally:
        await admin.close()


async def _configs(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    answers = await admin.describe_configs(asked) if asked else []
    resources = [resource for answer in answers for resource in answer.resources]
    return {name: {entry[0]: entry[1] for entry in entries} for _, _, _, name, entries in resources}


def _missing(topic: Topic) -> Difference:
    return Difference(topic=topic.name, setting="topic", wanted=THERE, found=MISSING)


def _of_topic(
    topic: Topic, settings: KafkaSettings, described: Mapping[str, Any], configs: Mapping[str, str]
) -> Iterator[Difference]:
    partitions = described["partitions"]
    replicas = min(len(partition["replicas"]) for partition in partitions)
    compared = {
        "partitions": (topic.partitions, len(partitions)),
        "replicas": (settings.replication, replicas),
        **{name: (wanted, configs.get(name, "unknown")) for name, wanted in configs_of(topic).items()},
    }
    for setting, (wanted, found) in compared.items():
        if str(wanted) != str(found):
            yield Difference(topic=topic.name, setting=setting, wanted=str(wanted), found=str(found))
