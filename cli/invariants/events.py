"""The invariants of events: every change has one, all are sent, and Kafka has each, in order. Pure."""

from collections import defaultdict

from cli.invariants.event_records import EventFact, RecordFact
from cli.invariants.records import Facts
from cli.invariants.verdict import Invariant, Verdict, counted


def every_change_has_its_event(facts: Facts) -> Verdict:
    """The events of each aggregate are numbered 1 to its version, each once; what an old outbox keeps of them."""
    told: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for event in facts.events:
        told[event.topic, event.subject].append(event.sequence)
    breaches = []
    for topic, subject in sorted(told.keys() | facts.versions.keys()):
        sequences = sorted(told[topic, subject])
        version = facts.versions.get((topic, subject), max(sequences, default=0))
        first = 1
        if topic in facts.pruned:
            first = min(sequences, default=version + 1)
        if sequences != list(range(first, version + 1)):
            breaches.append(f"{topic} {subject}: version {version}, but events {_spans(sequences)}")
    return Verdict(
        seen=f"{counted(len(facts.events), 'event')} of {counted(len(told), 'aggregate')}", breaches=breaches
    )


def every_event_sent(facts: Facts) -> Verdict:
    """No outbox has an event left that the relay has not published, or has put aside."""
    breaches = [
        f"{event.type} of {event.subject} is " + (f"parked: {event.parked}" if event.parked else "not sent")
        for event in facts.events
        if not event.sent
    ]
    return Verdict(seen=counted(len(facts.events), "event"), breaches=breaches)


def every_event_on_kafka(facts: Facts) -> Verdict:
    """Each event that an outbox calls sent is on Kafka, with its topic, key, type and sequence."""
    published = {(record.event_id, *_identity(record)) for record in facts.records if record.event_id}
    breaches = [
        f"{event.type} of {event.subject} is not on Kafka"
        for event in facts.events
        if _looked_for(event, facts)
        and (event.id, event.topic, event.subject, event.type, event.sequence) not in published
    ]
    return Verdict(seen=counted(len(published), "event"), breaches=breaches)


def unique_and_in_order(facts: Facts) -> Verdict:
    """Redeliveries dropped, each sequence of a key comes once, and in order."""
    seen: set[str] = set()
    last: dict[tuple[str, str], int] = {}
    breaches = []
    events = [record for record in facts.records if record.sequence]
    for record in events:
        if record.event_id is None or record.event_id in seen:
            continue
        seen.add(record.event_id)
        before = last.get((record.topic, record.key), 0)
        if record.sequence <= before:
            breaches.append(f"{record.topic} {record.key}: {record.type} ({record.sequence}) comes after {before}")
        last[record.topic, record.key] = max(before, record.sequence)
    again = len(events) - len(seen)
    return Verdict(seen=f"{counted(len(seen), 'event')}, {again} delivered again", breaches=breaches)


def nothing_untold(facts: Facts) -> Verdict:
    """No event is on Kafka that no service has told; what consumers have given up is none, whoever sent it."""
    told = {event.id for event in facts.events}
    given_up = {letter.position for letter in facts.letters}
    untold = [
        record
        for record in facts.records
        if record.event_id not in told and record.topic not in facts.pruned and record.position not in given_up
    ]
    breaches = [f"{record.type} of {record.key} ({record.position}) was told by nobody" for record in untold]
    return Verdict(seen=counted(len(facts.records), "record"), breaches=breaches)


def _identity(record: RecordFact) -> tuple[str, str, str, int]:
    return record.topic, record.key, record.type, record.sequence


def _looked_for(event: EventFact, facts: Facts) -> bool:
    return event.sent and (facts.log_since is None or event.time >= facts.log_since)


def _spans(sequences: list[int]) -> str:
    return ", ".join(str(sequence) for sequence in sequences) or "none"


EVENTS = (
    Invariant(name="every change has its event", check=every_change_has_its_event),
    Invariant(name="every event sent", check=every_event_sent),
    Invariant(name="every event on Kafka", check=every_event_on_kafka),
    Invariant(name="events unique and in order", check=unique_and_in_order),
    Invariant(name="no event that nobody told", check=nothing_untold),
)
