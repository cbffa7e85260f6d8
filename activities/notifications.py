"""The steps of notifications. No rule here: unwrap, call the service; a message that waits is tried when it is due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from services.notifications.models import Lane, QueuedMessages, QueueMessages, SendResult, Status
from services.notifications.ports import Sending
from services.shared.clock import Clock

WAITS: Final = "WAITS"
"""The type of the failure of an attempt that found its message not due: no error, and never the end of it."""

SOONEST: Final = timedelta(milliseconds=200)
"""Before another attempt, whatever the clocks say."""

BEAT_EVERY: Final = 3.0
"""Seconds; a step whose process was killed is noticed by what it tells no more (see `policies.SEND_CRITICAL`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequeueMessages:
    """The wish to try messages again that were given up."""

    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """Names one message, and the lane that it is on."""

    message_id: str
    lane: Lane


class NotificationActivities:
    """What workflows may ask of notifications; runs on the queues of both lanes."""

    def __init__(self, sending: Sending, clock: Clock) -> None:
        self._sending = sending
        self._clock = clock

    @activity.defn(name="notifications.queue_messages")
    async def queue_messages(self, command: QueueMessages) -> QueuedMessages:
        """The messages of an event, made once. Refuses with INVALID."""
        return await self._sending.queue_messages(command)

    @activity.defn(name="notifications.requeue_messages")
    async def requeue_messages(self, command: RequeueMessages) -> QueuedMessages:
        """Those that wait to be sent again."""
        return await self._sending.requeue(command.message_ids)

    @activity.defn(name="notifications.send_message")
    async def send_message(self, command: SendMessage) -> SendResult:
        """Tries it until it is SENT, SKIPPED or FAILED: an attempt that leaves it waiting says when the next one is.

        Refuses with NOT_FOUND.
        """
        async with _beating():
            result = await self._sending.send_message(command.message_id, command.lane)
        if result.status in {Status.QUEUED, Status.SENDING}:
            raise self._wait_of(result)
        return result

    def _wait_of(self, result: SendResult) -> ApplicationError:
        wait = result.next_try_at - self._clock.now() if result.next_try_at else SOONEST
        return ApplicationError(
            f"the message is {result.status}",
            type=WAITS,
            next_retry_delay=max(wait, SOONEST),
            category=ApplicationErrorCategory.BENIGN,
        )


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Tells the engine now and then that the step is alive, while what is inside runs."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY)
            activity.heartbeat()

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()
