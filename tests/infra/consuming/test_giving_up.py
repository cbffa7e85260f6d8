"""What a consumer gives up becomes a dead letter by the contract, and a flood of them stops it."""

import asyncio
import time

from aiokafka import ConsumerRecord

from services.infra.consuming import metrics
from services.infra.consuming.breaker import FloodRules
from services.infra.consuming.letter_records import Letter
from services.infra.consuming.letters import LetterRefused, Letters
from services.infra.kafka.records import record_headers
from services.shared.errors import Invalid, Unavailable
from tests.infra.consuming.station import QUICK, Station, event, history, station, until
from tests.infra.kafka_node import KafkaNode

WITHIN = 5.0
"""Seconds from bad records to their dead letters."""

LARGE = b'{"text": "' + b"x" * 900_000 + b'"}'
ODD: dict[str, tuple[bytes, dict[str, bytes | None], str]] = {
    "text": (b"no JSON", {}, "poison"),
    "list": (b"[1, 2]", {}, "poison"),
    "no-id": (b"{}", {"ce_id": None}, "poison"),
    "odd-sequence": (b"{}", {"ce_sequence": b"many"}, "poison"),
    "other-spec": (b"{}", {"ce_specversion": b"2.0"}, "poison"),
    "no-text": (b"{}", {"ce_type": b"\xff"}, "poison"),
    "odd-time": (b"{}", {"ce_time": b"yesterday"}, "poison"),
    "large": (LARGE, {}, "poison"),
    "unknown": (b"{}", {"ce_type": b"order.guessed.v1"}, "permanent"),
}
"""Of each: its value, what its headers have of another, why it is given up."""

Headers = list[tuple[str, bytes]]


def odd_headers(name: str) -> Headers:
    wanted = dict(record_headers(event(name, 1), "tests")) | ODD[name][1]
    return [(header, text) for header, text in wanted.items() if text is not None]


def said(dead: "ConsumerRecord[bytes, bytes]", original: Headers) -> dict[str, str]:
    """What the letter says beside the original's headers, which come first and are as they were."""
    assert list(dead.headers[: len(original)]) == original
    return {name: value.decode() for name, value in dead.headers[len(original) :]}


async def ready(at: Station) -> None:
    """Returns when its consumer is at work."""
    await at.send(*history("ready", 1, 1))
    await until(lambda: at.seen.of("ready") == [1])


async def test_what_cannot_be_read_is_a_dead_letter_at_once_and_its_key_goes_on(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "odd") as at, at.consuming():
        await ready(at)
        began = time.monotonic()
        await at.send_raw(*((name, ODD[name][0], odd_headers(name)) for name in ODD))
        await at.send(*(event(name, 2) for name in ODD))
        letters = await asyncio.gather(*(at.dead(name) for name in ODD))
        await until(lambda: all(at.seen.of(name) == [2] for name in ODD))
        assert time.monotonic() - began < WITHIN
    for name, (dead,) in zip(ODD, letters, strict=True):
        assert dead.value == ODD[name][0]
        about = said(dead, odd_headers(name))
        assert about["dlq-disposition"] == ODD[name][2]
        assert about["dlq-exception-class"] == "services.shared.errors.Invalid"
        assert about["dlq-exception-message"]
        assert about["dlq-original-partition"] == str(dead.partition)


async def test_a_letter_tells_where_its_record_stood_and_how_often_it_was_tried(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "told", partitions=1) as at:
        at.seen.failures["g1"] = ValueError("a name that nobody needs to read")
        await at.send(*history("g0", 1, 2), *history("g1", 1, 1))
        async with at.consuming():
            (dead,) = await at.dead("g1")
            at.seen.failures.clear()
            await at.send(*history("g1", 2, 2))
            await until(lambda: at.seen.of("g1") == [2])
    about = said(dead, record_headers(event("g1", 1), "tests"))
    first, last = about.pop("dlq-first-failed-at"), about.pop("dlq-last-failed-at")
    assert first < last
    assert last.endswith("Z")
    assert int(about.pop("dlq-original-timestamp")) > 0
    assert about == {
        "dlq-original-topic": "caravan.told",
        "dlq-original-partition": "0",
        "dlq-original-offset": "2",
        "dlq-consumer": "told",
        "dlq-exception-class": "builtins.ValueError",
        "dlq-exception-message": "unexpected, in services.infra.consuming.events.EventWork._handled",
        "dlq-attempts": str(QUICK.attempts),
        "dlq-disposition": "exhausted",
    }


async def test_what_is_refused_is_tried_once(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "refused") as at:
        at.seen.failures["r1"] = Invalid("never")
        await at.send(*history("r1", 1, 1))
        async with at.consuming():
            (dead,) = await at.dead("r1")
        about = said(dead, record_headers(event("r1", 1), "tests"))
        assert (about["dlq-disposition"], about["dlq-exception-message"]) == ("permanent", "never")
        assert at.seen.tries["r1"] == 1


async def test_a_consumer_whose_work_is_to_give_up_does_not_pause_for_a_flood(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "all-refused", partitions=1) as at:
        at.flood, at.floods = FloodRules(letters=3, share=0.1, pause=3600), True
        for number in range(10):
            at.seen.failures[f"a{number}"] = Invalid("never")
            await at.send(*history(f"a{number}", 1, 1))
        await at.send(*history("good", 1, 1))
        async with at.consuming():
            await at.dead("a9")
            await until(lambda: at.seen.of("good") == [1])


async def test_a_record_too_large_for_a_dead_letter_is_told_of_by_one_without_its_content(
    kafka_node: KafkaNode,
) -> None:
    huge, headers = b" " * (3 * 1024 * 1024), record_headers(event("huge", 1), "tests")
    async with station(kafka_node, "huge", partitions=1) as at:
        # Compressed it is as small as its topic wants it.
        await at.send_raw(("huge", huge, [*headers, ("note", b"n" * 2000)]), compression="gzip")
        await at.send(*history("huge", 2, 2), *history("other", 1, 1))
        async with at.consuming():
            (dead,) = await at.dead("huge")
            await until(lambda: at.seen.of("huge") == [2] and at.seen.of("other") == [1])
    assert dead.value is None
    about = said(dead, headers)
    assert (about["dlq-original-partition"], about["dlq-original-offset"]) == ("0", "0")
    assert about["dlq-disposition"] == "poison"
    whole = len("huge") + len(huge) + sum(len(name) + len(text) for name, text in headers) + len("note") + 2000
    assert about["dlq-original-size"] == str(whole)


class Closed:
    """Offers Letters: Kafka's, which lets no letter of one key in until `open`."""

    def __init__(self, letters: Letters, key: bytes) -> None:
        self._letters = letters
        self._key = key
        self.refused = 0
        self.open = False

    async def write(self, letter: Letter) -> None:
        if not self.open and letter.received.record.key == self._key:
            self.refused += 1
            raise LetterRefused("kafka", "TopicAuthorizationFailedError")
        await self._letters.write(letter)


async def test_a_letter_that_is_not_let_in_holds_up_its_key_alone_and_is_not_lost(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "closed", partitions=1) as at:
        at.letters = closed = Closed(at.letters, b"c1")
        at.seen.failures = {"c1": Invalid("never"), "c3": Invalid("never")}
        await at.send(*history("c1", 1, 1), *history("c2", 1, 1), *history("c3", 1, 1))
        async with at.consuming():
            await at.dead("c3")
            await until(lambda: at.seen.of("c2") == [1])
            assert closed.refused
            assert metrics.RESTING.labels("closed")._value.get() == 0
        # What is behind it was done, and it is not: whoever is next begins with it.
        closed.open = True
        async with at.consuming():
            await at.dead("c1")


class Failing:
    """Offers Letters: Kafka's, which does not answer the first time."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self.tries = 0

    async def write(self, letter: Letter) -> None:
        self.tries += 1
        if self.tries == 1:
            raise Unavailable("kafka")
        await self._letters.write(letter)


async def test_a_letter_that_cannot_be_written_holds_its_partition_until_it_can(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "unwritten", partitions=1) as at:
        at.letters = failing = Failing(at.letters)
        at.seen.failures["w1"] = Invalid("never")
        failed = metrics.FAILED_LETTERS.labels("unwritten")._value.get()
        await at.send(*history("w1", 1, 1), *history("w2", 1, 1))
        async with at.consuming():
            await at.dead("w1")
            await until(lambda: at.seen.of("w2") == [1])
        assert failing.tries == 2
        assert metrics.FAILED_LETTERS.labels("unwritten")._value.get() == failed + 1


async def test_a_flood_of_dead_letters_stops_the_consumer_until_a_record_has_its_effect(kafka_node: KafkaNode) -> None:
    keys = [f"f{number}" for number in range(100)]
    gone = metrics.DEAD_LETTERS.labels("flood", "permanent")._value
    flooded = metrics.FLOODED.labels("flood")._value
    async with station(kafka_node, "flood") as at:
        at.flood = FloodRules(share=0.5, letters=10, window=20, pause=1.5)
        at.seen.failures = dict.fromkeys(keys, Invalid("whatever it is"))
        await at.send(*(event(key, 1) for key in keys))
        async with at.consuming():
            await until(lambda: flooded.get() == 1)
            letters = gone.get()
            # Those that are written side by side may be a few more.
            assert 10 <= letters < 20
            # It tries one now and then, which costs one letter each.
            await until(lambda: gone.get() == letters + 1)
            at.seen.failures.clear()
            await until(lambda: len(at.seen.events) + gone.get() == len(keys))
            assert gone.get() <= letters + 2
            assert flooded.get() == 0
