"""Whatever stands on a topic, what invariants read of it is a fact: one odd record must not blind them."""

from aiokafka import ConsumerRecord

from cli.invariants.event_records import Position
from cli.invariants.sources.kafka_log import fact_of


def record(**headers: bytes | None) -> "ConsumerRecord[bytes, bytes]":
    named = [(name.replace("_", "-") if name.startswith("dlq") else name, value) for name, value in headers.items()]
    return ConsumerRecord("caravan.orders", 0, 7, 0, 0, None, None, 0, 0, 0, tuple(named))


def test_numbers_that_are_none_are_left_out() -> None:
    for odd in (None, b"", b"-1", b"many", b"\xff", "\u0661".encode(), b"9" * 30, b"9" * 5000):
        fact = fact_of(record(ce_sequence=odd, dlq_original_partition=odd, dlq_original_offset=b"3"))
        assert (fact.sequence, fact.original, fact.key, fact.event_id) == (0, None, "", None)


def test_numbers_are_read() -> None:
    told = {
        "ce_sequence": b"4",
        "dlq_original_topic": b"t",
        "dlq_original_partition": b"2",
        "dlq_original_offset": b"3",
    }
    fact = fact_of(record(**told))
    assert (fact.sequence, fact.original) == (4, Position(topic="t", partition=2, offset=3))
