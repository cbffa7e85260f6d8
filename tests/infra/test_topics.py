"""Topics are made as the table has them, once; one that is otherwise is told of and left as it is."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from prometheus_client import REGISTRY
from pydantic import ValidationError
from structlog.testing import capture_logs

from cli.doctor.events import check_topics
from cli.stack.checks import SetOtherwise, Waits
from services.infra.kafka.checking import Difference, differences
from services.infra.kafka.topics import TOPICS, Topic, configs_of, ensure_topics
from services.infra.settings import ConsumersSettings, KafkaSettings, OutboxSettings
from tests.infra.kafka_node import KafkaNode
from workers.topics import ALL_TOPICS, keep_topics

TOPIC = Topic(name="caravan.tests", partitions=3, retention_ms=60_000)
PATIENCE = 30


async def make(node: KafkaNode, topic: NewTopic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=node.bootstrap)
    await admin.start()
    await admin.create_topics([topic])
    await admin.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the condition is kept by a broker
            await asyncio.sleep(0.02)


def measured(topic: str, setting: str) -> float | None:
    return REGISTRY.get_sample_value("caravan_topic_differs", {"topic": topic, "setting": setting})


async def test_what_is_missing_is_seen_and_not_made_by_looking(kafka_node: KafkaNode) -> None:
    settings = KafkaSettings(bootstrap=kafka_node.bootstrap)
    missing = Difference(topic=TOPIC.name, setting="topic", wanted="there", found="missing")
    assert await differences(settings, [TOPIC]) == (missing,)
    assert await differences(settings, [TOPIC]) == (missing,)


async def test_what_was_made_is_as_the_table_has_it(kafka_node: KafkaNode) -> None:
    settings = KafkaSettings(bootstrap=kafka_node.bootstrap)
    made = Topic(name="caravan.made", partitions=2, retention_ms=60_000)
    await ensure_topics(settings, [made])
    assert await differences(settings, [made]) == ()


async def test_every_difference_is_told_and_none_is_mended(kafka_node: KafkaNode) -> None:
    configs = {"retention.ms": "1000", "cleanup.policy": "compact", "max.message.bytes": str(TOPIC.largest_record)}
    await make(kafka_node, NewTopic("caravan.changed", 2, 1, topic_configs=configs))
    settings = KafkaSettings(bootstrap=kafka_node.bootstrap, replication=2)
    changed = Topic(name="caravan.changed", partitions=3, retention_ms=60_000)
    expected = [
        "caravan.changed: partitions is 2, not 3",
        "caravan.changed: replicas is 1, not 2",
        "caravan.changed: retention.ms is 1000, not 60000",
        "caravan.changed: segment.ms is 604800000, not 60000",
        "caravan.changed: cleanup.policy is compact, not delete",
    ]
    await ensure_topics(settings, [changed])
    assert [str(each) for each in await differences(settings, [changed])] == expected


async def test_a_process_makes_all_topics_and_tells_of_those_that_were_there_otherwise(kafka_node: KafkaNode) -> None:
    settings = KafkaSettings(bootstrap=kafka_node.bootstrap)
    odd = ALL_TOPICS[-1]
    await make(kafka_node, NewTopic(odd.name, 1, 1))
    stop = asyncio.Event()
    with capture_logs() as logs:
        keeping = asyncio.create_task(keep_topics(settings, stop, every=0.05))
        await until(lambda: measured(odd.name, "partitions") == 1)
        await until(lambda: len([line for line in logs if line["event"] == "topics looked at"]) >= 3)
        stop.set()
        await keeping
    told = [(line["topic"], line["setting"]) for line in logs if line["log_level"] == "warning"]
    assert (odd.name, "partitions") in told
    assert {topic for topic, _ in told} == {odd.name}
    assert len(told) == len(set(told)), "each is said once"
    assert {each.topic for each in await differences(settings, ALL_TOPICS)} == {odd.name}


async def test_the_doctor_tells_of_them(kafka_node: KafkaNode) -> None:
    settings = KafkaSettings(bootstrap=kafka_node.bootstrap)
    await make(kafka_node, NewTopic(ALL_TOPICS[-1].name, 1, 1))
    await ensure_topics(settings, ALL_TOPICS)
    with pytest.raises(SetOtherwise, match=f"{ALL_TOPICS[-1].name}: partitions is 1, not 6"):
        await check_topics(settings)


async def test_a_process_ends_soon_while_kafka_is_away() -> None:
    stop = asyncio.Event()
    keeping = asyncio.create_task(keep_topics(KafkaSettings(bootstrap="127.0.0.1:9"), stop))
    await asyncio.wait({keeping}, timeout=0.3)
    stop.set()
    async with asyncio.timeout(5):
        await keeping


async def test_where_kafka_is_away_nothing_is_said_of_topics() -> None:
    with pytest.raises(Waits, match="waits for kafka"):
        await check_topics(KafkaSettings(bootstrap="127.0.0.1:9"))


@pytest.mark.parametrize("topic", ALL_TOPICS, ids=lambda topic: topic.name)
def test_topics_live_as_long_as_the_contract_says(topic: Topic) -> None:
    days = 30 if topic.name.endswith(".dlq") else 7
    assert (topic.partitions, topic.retention_ms) == (6, days * 24 * 3600 * 1000)


def test_receipts_and_outboxes_outlive_topics_and_no_setting_makes_them_shorter() -> None:
    """Kafka removes whole segments, so a record may stay longer than its topic keeps records, by one segment."""
    told = [configs_of(topic) for topic in TOPICS]
    longest = max(timedelta(milliseconds=int(each["retention.ms"]) + int(each["segment.ms"])) for each in told)
    assert longest < timedelta(days=ConsumersSettings().inbox_days) < timedelta(days=OutboxSettings().kept_days)
    with pytest.raises(ValidationError):
        ConsumersSettings(inbox_days=longest.days)
    with pytest.raises(ValidationError):
        OutboxSettings(kept_days=longest.days)
