"""How people are told of an event: its messages are made, and each is sent on its lane. Nothing is undone here, and no
address passes through but sealed.
"""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Final

from temporalio import workflow

from activities.notifications import RequeueMessages, SendMessage, ToldOfEvent
from services.notifications.models import QueuedMessage, QueueMessages, SendResult, Status
from services.shared.contacts import LoadContact
from services.shared.events import Event
from workflows import steps
from workflows.notifications import FanOutInput, FanOutResult
from workflows.placement import perform

REMOTE: Final[tuple[str, ...]] = ()
"""What leaves the system is never local."""


async def tell(wish: FanOutInput) -> FanOutResult:
    """Until each message is sent, skipped or failed.

    Raises:
        FailureError: INVALID for an event that cannot be told of.
    """
    told = await _of_event(wish.event, wish.colocated) if wish.event else await _again(wish)
    results = (*told.ended, *await asyncio.gather(*(_send(message) for message in told.waiting)))
    workflow.set_current_details(story(results))
    counts = Counter(each.status for each in results)
    return FanOutResult(sent=counts[Status.SENT], skipped=counts[Status.SKIPPED], failed=counts[Status.FAILED])


async def _of_event(event: Event, colocated: tuple[str, ...]) -> ToldOfEvent:
    wish = QueueMessages(
        event_id=event.id, kind=event.type, facts=event.data, happened_at=event.time, origin=event.origin
    )
    told = await perform(steps.TELL_OF_EVENT, wish, REMOTE)
    if told.contact_of is None:
        return told
    contact = await perform(steps.LOAD_CONTACT, LoadContact(user_id=told.contact_of), colocated)
    return await perform(steps.TELL_OF_EVENT, dataclasses.replace(wish, contact=contact), REMOTE)


async def _again(wish: FanOutInput) -> ToldOfEvent:
    command = RequeueMessages(message_ids=wish.messages)
    queued = await perform(steps.REQUEUE_MESSAGES, command, wish.colocated)
    return ToldOfEvent(waiting=queued.messages)


async def _send(message: QueuedMessage) -> SendResult:
    command = SendMessage(message_id=message.message_id, lane=message.lane)
    return await perform(steps.SEND_BY_LANE[message.lane], command, REMOTE)


def story(results: Sequence[SendResult]) -> str:
    """What became of each message, in Markdown, for whoever looks at the run."""
    if not results:
        return "Nobody is told of this."
    return "\n".join(
        f"- {each.message_id}: {each.status}{f' ({each.reason})' if each.reason else ''}" for each in results
    )
