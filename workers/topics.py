"""The table of topics, and its keeping: what is missing is made, what is otherwise is told, and nothing is altered."""

import asyncio
from typing import Final

import structlog
from aiokafka.errors import KafkaError
from prometheus_client import Gauge

from services.infra.kafka.checking import Difference, differences
from services.infra.kafka.topics import DEPENDENCY, TOPICS, ensure_topics, letters_topic
from services.infra.pauses import set_within, unless_set
from services.infra.settings import KafkaSettings
from services.shared.errors import Unavailable
from workers.consumers import CONSUMERS
from workers.supervision import until_available

ALL_TOPICS: Final = (*TOPICS, *(letters_topic(row.topic, row.consumer) for row in CONSUMERS))
"""Those of events, and one of dead letters for each consumer."""

LOOK_EVERY: Final = 600.0
"""Seconds between two looks; a topic is seldom changed, and then by hand."""

DIFFERS = Gauge("caravan_topic_differs", "Settings of topics that are not as the table has them", ["topic", "setting"])

log = structlog.get_logger(__name__)


async def keep_topics(settings: KafkaSettings, stop: asyncio.Event, every: float = LOOK_EVERY) -> None:
    """Makes what is missing as soon as Kafka answers, and tells from then on what differs. Returns after `stop`."""
    told: tuple[Difference, ...] = ()
    while not stop.is_set():
        found = await unless_set(stop, until_available("topics", lambda: _look(settings)))
        if found is None:
            return
        told = _tell(found, told)
        await set_within(stop, every)


async def _look(settings: KafkaSettings) -> tuple[Difference, ...]:
    try:
        await ensure_topics(settings, ALL_TOPICS)
        return await differences(settings, ALL_TOPICS)
    except (KafkaError, OSError) as failure:
        raise Unavailable(DEPENDENCY, type(failure).__name__) from failure


def _tell(found: tuple[Difference, ...], told: tuple[Difference, ...]) -> tuple[Difference, ...]:
    log.debug("topics looked at", otherwise=len(found))
    DIFFERS.clear()
    for each in found:
        DIFFERS.labels(each.topic, each.setting).set(1)
        if each not in told:
            log.warning(
                "a topic is not as it should be, and is left as it is",
                topic=each.topic, setting=each.setting, wanted=each.wanted, found=each.found,
            )  # fmt: skip
    return found
