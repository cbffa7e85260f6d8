"""The invariants of messages: who is to be told is told, by one mail; what came of it is told once. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from cli.invariants.event_records import EventFact
from cli.invariants.messaging.records import MessageFact
from cli.invariants.records import Facts
from cli.invariants.verdict import Invariant, Verdict, counted
from services.notifications.models import SourceKind, Status
from services.shared.events import EVENT_TOPICS
from workers.event_notices import ACCOUNT_NOTICES, FAILED_NOTICES, ORDER_NOTICES
from workflows.names import campaign_workflow_id, notification_workflow_id

FAILED: Final = "notification.failed.v1"
REPLAYED: Final = "REPLAYED"
TOLD_OF: Final = frozenset(
    {
        *(f"order.{end}.v1" for end in ("confirmed", "shipped", "delivered", "rejected", "cancelled")),
        *(f"user.{news}.v1" for news in ("registered", "password-changed", "session-compromised")),
    }
)
"""What people must be told of: said here once more, so that whoever drops one from the services' table is noticed."""

TELLERS: Final = frozenset({ACCOUNT_NOTICES, ORDER_NOTICES})
"""The consumers that have people told of events."""


def one_message_each(facts: Facts) -> Verdict:
    """One message for a source, a recipient and a channel."""
    messages = facts.messaging.messages
    of_one: defaultdict[tuple[str, str, str], list[MessageFact]] = defaultdict(list)
    for message in messages:
        of_one[message.source_id, message.user_id, message.channel].append(message)
    breaches = [f"{counted(len(same), 'message')}: {_named(same)}" for same in of_one.values() if len(same) > 1]
    return Verdict(seen=counted(len(messages), "message"), breaches=breaches)


def everybody_told(facts: Facts) -> Verdict:
    """What people are told of has its message, or a workflow that makes it; what waits has one that sends it."""
    messages, alive = facts.messaging.messages, facts.messaging.alive
    sources = {message.source_id for message in messages}
    given_up = {letter.event_id for letter in facts.letters if letter.consumer in TELLERS}
    told_of = [event for event in facts.events if event.type in TOLD_OF and event.parked is None]
    breaches = [
        f"{event.type} of {event.subject} ({event.id}): nobody was told"
        for event in told_of
        if event.id not in sources | given_up and notification_workflow_id(event.id) not in alive
    ]
    causes = _causes(facts.events)
    waiting = [message for message in messages if not message.is_final]
    breaches += [
        f"{message} is {message.status}, and nothing sends it"
        for message in waiting
        if not alive & {_workflow_of(message), *causes.get(message.id, ())}
    ]
    return Verdict(
        seen=f"{counted(len(told_of), 'event')}, {counted(len(waiting), 'message')} on the way", breaches=breaches
    )


def one_mail_each(facts: Facts) -> Verdict:
    """A message has one mail at most; and one more for each attempt that is known to be in doubt."""
    if facts.messaging.mails is None:
        return Verdict(seen="the mailbox is not ours", breaches=())
    known = {message.id: message for message in facts.messaging.messages}
    times = Counter(mail.message_id for mail in facts.messaging.mails)
    breaches = [
        f"{known[message_id]} is {known[message_id].status}: {counted(count, 'mail')}"
        for message_id, count in times.items()
        if message_id in known and count > _most_mails(known[message_id])
    ]
    since = facts.messaging.since
    breaches += [
        f"a mail of {mail.message_id}, which is no message"
        for mail in facts.messaging.mails
        if mail.message_id not in known and not (since and mail.at < since)
    ]
    return Verdict(seen=counted(times.total(), "mail"), breaches=breaches)


def every_sent_message_arrived(facts: Facts) -> Verdict:
    """What is SENT is in the mailbox; what was sent before it was there is not looked for."""
    mails = facts.messaging.mails or ()
    arrived = {mail.message_id for mail in mails}
    first = min((mail.at for mail in mails), default=None)
    sent = [message for message in facts.messaging.messages if _is_looked_for(message, first)]
    breaches = [f"{message} is SENT, but has no mail" for message in sent if message.id not in arrived]
    return Verdict(seen=counted(len(sent), "message"), breaches=breaches)


def every_end_told_once(facts: Facts) -> Verdict:
    """A final message's last event tells how it ended; those before it tell of failures that were replayed."""
    told = _told(facts.events)
    replayed = {letter.event_id for letter in facts.letters if letter.status == REPLAYED}
    known = {message.id: message for message in facts.messaging.messages}
    is_pruned = EVENT_TOPICS["notification"] in facts.pruned
    breaches = [
        f"{message} is {message.status}, but told: {_said(told.get(message.id, ()))}"
        for message in known.values()
        if not _is_told(message, told.get(message.id, ()), replayed) and not (is_pruned and message.id not in told)
    ]
    return Verdict(seen=counted(sum(len(events) for events in told.values()), "end"), breaches=breaches)


def every_failure_has_its_letter(facts: Facts) -> Verdict:
    """Each failure that is told has a dead letter, where a person sees it and can have it sent again."""
    letters = {letter.event_id for letter in facts.letters if letter.consumer == FAILED_NOTICES}
    failures = [event for event in facts.events if event.type == FAILED and event.sent]
    known = {message.id: message for message in facts.messaging.messages}
    breaches = [
        f"{known.get(event.about, event.about)}: failure {event.id} has no dead letter"
        for event in failures
        if event.id not in letters
    ]
    return Verdict(seen=counted(len(failures), "failure"), breaches=breaches)


def _told(events: Sequence[EventFact]) -> Mapping[str, Sequence[EventFact]]:
    """What was told of each message, in its order."""
    told: defaultdict[str, list[EventFact]] = defaultdict(list)
    for event in sorted(events, key=lambda each: each.sequence):
        if event.about:
            told[event.about].append(event)
    return told


def _is_told(message: MessageFact, events: Sequence[EventFact], replayed: set[str | None]) -> bool:
    earlier = events
    if message.is_final:
        if not events or events[-1].type != f"notification.{message.status.lower()}.v1":
            return False
        earlier = events[:-1]
    return all(event.type == FAILED and event.id in replayed for event in earlier)


def _causes(events: Sequence[EventFact]) -> Mapping[str, Sequence[str]]:
    """The workflows that may send a message again."""
    return {
        about: [notification_workflow_id(event.id) for event in told if event.type == FAILED]
        for about, told in _told(events).items()
    }


def _workflow_of(message: MessageFact) -> str:
    if message.source_kind is SourceKind.CAMPAIGN:
        return campaign_workflow_id(message.source_id)
    return notification_workflow_id(message.source_id)


def _most_mails(message: MessageFact) -> int:
    """A message that was skipped or failed was never taken, as far as is known."""
    return message.unknown_attempts + (message.status not in {Status.SKIPPED, Status.FAILED})


def _is_looked_for(message: MessageFact, first: datetime | None) -> bool:
    if first is None or message.settled_at is None or message.status is not Status.SENT:
        return False
    return message.settled_at >= first


def _named(messages: Sequence[MessageFact]) -> str:
    return " and ".join(map(str, messages))


def _said(events: Sequence[EventFact]) -> str:
    return ", ".join(f"{event.type} ({event.sequence})" for event in events) or "nothing"


MESSAGES = (
    Invariant(name="one message a source and recipient", check=one_message_each),
    Invariant(name="everybody is told", check=everybody_told),
    Invariant(name="one mail a message", check=one_mail_each),
    Invariant(name="every sent message arrived", check=every_sent_message_arrived),
    Invariant(name="every end of a message is told once", check=every_end_told_once),
    Invariant(name="every failed message is a dead letter", check=every_failure_has_its_letter),
)
