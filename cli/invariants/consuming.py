"""The invariants of what is heard: each event has its effect once at each consumer, or is a dead letter. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from cli.invariants.event_records import LetterFact, ListenerFact, Position, RecordFact
from cli.invariants.records import Facts
from cli.invariants.verdict import Invariant, Verdict, counted

REPLAYED = "REPLAYED"
WAITING = ("PARKED", "QUARANTINED")


def every_effect_once(facts: Facts) -> Verdict:
    """Of each record of a topic a consumer has one receipt, or it has given the record up.

    A record that was given up and has its effect is no bug: it was replayed, or the consumer died between the two.
    """
    had = Counter((receipt.consumer, receipt.event_id) for receipt in facts.receipts)
    letters = _by_record(facts)
    breaches = [
        f"{consumer}: {event_id} has {count} receipts" for (consumer, event_id), count in had.items() if count > 1
    ]
    for listener, record in _heard(facts):
        if (listener.consumer, record.event_id) not in had and not _given_up(listener.consumer, record, letters):
            breaches.append(f"{listener.consumer}: {_named(record)} has neither an effect nor a dead letter")
    return Verdict(seen=f"{counted(len(facts.receipts), 'effect')}, {_told(facts)}", breaches=breaches)


def no_effect_of_nothing(facts: Facts) -> Verdict:
    """Of each receipt there is the event on the consumer's topic, unless Kafka has dropped it, or it was replayed."""
    published = {(record.topic, record.event_id) for record in facts.records}
    topics = {listener.consumer: listener.topic for listener in facts.listeners}
    replayed = {(letter.consumer, letter.event_id) for letter in facts.letters}
    dropped = {event.id for event in facts.events if facts.log_since and event.time < facts.log_since}
    breaches = [
        f"{receipt.consumer} has had {receipt.event_id}, which is not on {topics.get(receipt.consumer, 'any topic')}"
        for receipt in facts.receipts
        if (topics.get(receipt.consumer), receipt.event_id) not in published
        and (receipt.consumer, receipt.event_id) not in replayed
        and receipt.event_id not in dropped
        and not (facts.log_since and receipt.at < facts.log_since)
    ]
    return Verdict(seen=counted(len(facts.receipts), "receipt"), breaches=breaches)


def every_dead_letter_kept(facts: Facts) -> Verdict:
    """Every record of a dead letter topic is in the store, where it is seen and can be replayed.

    Of a record that one consumer gave up twice, because it died in between, there is one.
    """
    found = {letter.found_at for letter in facts.letters}
    given_up = {(letter.consumer, letter.position) for letter in facts.letters}
    breaches = [
        f"the dead letter {record.position}, {_named(record)}, is not in the store"
        for record in facts.letter_records
        if record.position not in found and (record.given_up_by, record.original) not in given_up
    ]
    return Verdict(seen=_told(facts), breaches=breaches)


def catalogue_knows_the_stock(facts: Facts) -> Verdict:
    """What the catalogue has heard of each SKU is what inventory has, unless an event of it was given up."""
    heard = {note.sku: note.available for note in facts.notes}
    excused = {letter.subject for letter in facts.letters if letter.status != REPLAYED}
    breaches = [
        f"{item.sku}: {item.available} available, but the catalogue has heard of {heard.get(item.sku, 'nothing')}"
        for item in facts.stock
        if heard.get(item.sku) != item.available and item.sku not in excused
    ]
    return Verdict(seen=counted(len(heard), "note"), breaches=breaches)


def _heard(facts: Facts) -> Iterable[tuple[ListenerFact, RecordFact]]:
    """Each listener with each record that it must have had, and whose receipt must still be there."""
    by_topic: defaultdict[str, list[RecordFact]] = defaultdict(list)
    for record in facts.records:
        if facts.receipts_since is None or record.at >= facts.receipts_since:
            by_topic[record.topic].append(record)
    return [(listener, record) for listener in facts.listeners for record in by_topic[listener.topic]]


def _by_record(facts: Facts) -> Mapping[tuple[str, Position], list[LetterFact]]:
    found: defaultdict[tuple[str, Position], list[LetterFact]] = defaultdict(list)
    for letter in facts.letters:
        found[letter.consumer, letter.position].append(letter)
    return found


def _given_up(consumer: str, record: RecordFact, letters: Mapping[tuple[str, Position], list[LetterFact]]) -> bool:
    return any(letter.event_id == record.event_id for letter in letters.get((consumer, record.position), ()))


def _named(record: RecordFact) -> str:
    return f"{record.type or 'what is no event'} of {record.key or 'nothing'} ({record.position})"


def _told(facts: Facts) -> str:
    """How many dead letters there are, and how many of them wait for a person."""
    waiting = Counter(letter.status for letter in facts.letters if letter.status in WAITING)
    said = ", ".join(f"{waiting[status]} {status}" for status in WAITING if waiting[status]) or "none waits"
    return f"{counted(len(facts.letters), 'dead letter')} ({said})"


CONSUMING = (
    Invariant(name="every event has its effect once", check=every_effect_once),
    Invariant(name="no effect without its event", check=no_effect_of_nothing),
    Invariant(name="the catalogue knows the stock", check=catalogue_knows_the_stock),
    Invariant(name="every dead letter is kept", check=every_dead_letter_kept),
)
