"""How a member leaves its group: with a word where that is possible soon. Commits nothing."""

import asyncio
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

STOP_WITHIN: Final = 3.0
"""Seconds; `stop` waits for a broker that is away."""

log = structlog.get_logger(__name__)


async def leave(kafka: AIOKafkaConsumer) -> None:
    """Stops the consumer. What it has not told the group, the session's timeout does."""
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await kafka.stop()
    except (KafkaError, OSError, TimeoutError) as failure:
        log.info("left the group without a word", failure=type(failure).__name__)
