"""How people are told of an event: its messages are made, and each is sent on its lane. Nothing is undone here, and no
address passes through but sealed.
"""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Sequence

from temporalio import workflow

from activities.notifications import RequeueMessages, SendMessage
from services.notifications.models import QueuedMessage, QueuedMessages, QueueMessages, SendResult, Status
from services.shared.contacts import LoadContact
from services.shared.events import Event, Origin
from workflows import steps
from workflows.notifications import FanOutInput, FanOutResult
from workflows.placement import perform


async def tell(wish: FanOutInput) -> FanOutResult:
    """Until each message is sent, skipped or failed.

    Raises:
        FailureError: INVALID for an event that cannot be told of.
    """
    queued = await _of_event(wish.event, wish.colocated) if wish.event else await _again(wish)
    results = await asyncio.gather(*(_send(message) for message in queued.messages))
    workflow.set_current_details(told(results))
    counts = Counter(each.status for each in results)
    return FanOutResult(sent=counts[Status.SENT], skipped=counts[Status.SKIPPED], failed=counts[Status.FAILED])


async def _of_event(event: Event, colocated: tuple[str, ...]) -> QueuedMessages:
    wish = QueueMessages(
        event_id=event.id,
        kind=event.type,
        facts=event.data,
        happened_at=event.time,
        origin=Origin(
            correlation_id=event.origin.correlation_id, causation_id=event.id, traceparent=event.origin.traceparent
        ),
    )
    queued = await perform(steps.QUEUE_MESSAGES, wish, colocated)
    if queued.contact_of is None:
        return queued
    contact = await perform(steps.LOAD_CONTACT, LoadContact(user_id=queued.contact_of), colocated)
    return await perform(steps.QUEUE_MESSAGES, dataclasses.replace(wish, contact=contact), colocated)


async def _again(wish: FanOutInput) -> QueuedMessages:
    return await perform(steps.REQUEUE_MESSAGES, RequeueMessages(message_ids=wish.messages), wish.colocated)


async def _send(message: QueuedMessage) -> SendResult:
    # What leaves the system is never local.
    return await perform(
        steps.SEND_BY_LANE[message.lane], SendMessage(message_id=message.message_id, lane=message.lane), ()
    )


def told(results: Sequence[SendResult]) -> str:
    """What became of each message, in Markdown, for whoever looks at the run."""
    if not results:
        return "Nobody is told of this."
    return "\n".join(
        f"- {each.message_id}: {each.status}{f' ({each.reason})' if each.reason else ''}" for each in results
    )
