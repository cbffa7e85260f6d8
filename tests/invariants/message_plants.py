"""The planted bugs of messages, mails and campaigns, for `plants`. Values and small changes only."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from cli.invariants.event_records import EventFact
from cli.invariants.messaging.records import MessageFact
from cli.invariants.records import Facts
from services.notifications.models import Status
from tests.invariants.healthy_messages import IN_DOUBT, REPLAYED, SALE, end, mail

Item = TypeVar("Item")
Plant = Callable[[Facts], Facts]


def messaging(**changes: object) -> Plant:
    """Other facts of messages."""
    return lambda facts: replace(facts, messaging=replace(facts.messaging, **changes))  # type: ignore[arg-type]


def message(message_id: str, **changes: object) -> Plant:
    """Something else of one message."""

    def plant(facts: Facts) -> Facts:
        return messaging(messages=[_changed(each, message_id, changes) for each in facts.messaging.messages])(facts)

    return plant


def _changed(found: MessageFact, message_id: str, changes: dict[str, object]) -> MessageFact:
    return replace(found, **changes) if found.id == message_id else found  # type: ignore[arg-type]


def _one(facts: Facts, message_id: str) -> MessageFact:
    return next(each for each in facts.messaging.messages if each.id == message_id)


def _without(items: Sequence[Item], is_meant: Callable[[Item], bool]) -> tuple[Item, ...]:
    return tuple(item for item in items if not is_meant(item))


def _again_by_another_id(facts: Facts) -> Facts:
    second = replace(facts.messaging.messages[0], id="m-second")
    return messaging(messages=[*facts.messaging.messages, second])(facts)


def _never_made(facts: Facts) -> Facts:
    return messaging(messages=_without(facts.messaging.messages, lambda each: each.id == "m-confirmed"))(facts)


def _left(message_id: str) -> Plant:
    return message(message_id, status=Status.QUEUED, settled_at=None)


def sent_by(message_id: str, workflow: str) -> Plant:
    """A message on its way, with the workflow that sends it."""
    return lambda facts: messaging(alive=frozenset({workflow}))(_left(message_id)(facts))


def _mails(*message_ids: str) -> Plant:
    return lambda facts: messaging(mails=[*(facts.messaging.mails or ()), *map(mail, message_ids)])(facts)


def _lost_mail(facts: Facts) -> Facts:
    mails = facts.messaging.mails or ()
    return messaging(mails=_without(mails, lambda each: each.message_id == "m-glad"))(facts)


def _told(*message_ids: str, status: Status | None = None) -> Plant:
    """Told once more."""

    def plant(facts: Facts) -> Facts:
        more = [end(_one(facts, message_id), 3, status) for message_id in message_ids]
        return replace(facts, events=(*facts.events, *more))

    return plant


def _untold(facts: Facts) -> Facts:
    return replace(facts, events=_without(facts.events, lambda event: event.about == "m-gone"))


def _nobody_replayed(facts: Facts) -> Facts:
    letters = [replace(each, status="PARKED") for each in facts.letters]
    return replace(facts, letters=tuple(letters))


def _replayed_and_told_in_between(facts: Facts) -> Facts:
    def told(event: EventFact) -> EventFact:
        return replace(event, type="notification.sent.v1") if event.about == REPLAYED else event

    return replace(facts, events=tuple(map(told, facts.events)))


def _without_letters(facts: Facts) -> Facts:
    return replace(facts, letters=facts.letters[:1])


def _counted(**changes: object) -> Plant:
    return messaging(campaigns=(replace(SALE, **changes),))  # type: ignore[arg-type]


MESSAGE_PLANTS: dict[str, dict[str, Plant]] = {
    "one message a source and recipient": {"under another id": _again_by_another_id},
    "everybody is told": {
        "an order nobody was told of": _never_made,
        "a message nobody sends": _left("m-confirmed"),
        "a message of a campaign that is over": _left("m-glad"),
        "only another workflow runs": sent_by("m-confirmed", "notification/other"),
    },
    "one mail a message": {
        "two mails": _mails("m-confirmed"),
        "more than are in doubt": _mails(IN_DOUBT),
        "skipped, but sent": _mails("m-gone"),
        "failed, but sent": _mails("m-lost"),
        "a mail of no message": _mails("m-ghost"),
    },
    "every sent message arrived": {
        "its mail is lost": _lost_mail,
        "said to be sent": message("m-gone", status=Status.SENT),
    },
    "every end of a message is told once": {
        "not told": _untold,
        "told twice": _told("m-confirmed"),
        "told though it waits": _left("m-confirmed"),
        "told otherwise": message("m-gone", status=Status.FAILED),
        "failed twice without a replay": _told("m-lost"),
        "sent again though nobody replayed it": _nobody_replayed,
        "sent twice by a replay": _replayed_and_told_in_between,
    },
    "every failed message is a dead letter": {"no letter": _without_letters},
    "campaigns add up": {
        "one recipient too many": _counted(recipients=4),
        "one sent too many": _counted(sent=2),
        "one skipped too few": _counted(skipped=0),
        "a failure uncounted": _counted(failed=0),
        "an unknown campaign": messaging(campaigns=()),
        "a message lost": message("m-glad", source_id="other"),
    },
}
"""By invariant: what went wrong, and how facts look then."""
