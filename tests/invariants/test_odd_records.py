"""Whatever stands on a topic, what invariants read of it is a fact: one odd record must not blind them."""

from aiokafka import ConsumerRecord

from cli.invariants.event_records import Position
from cli.invariants.sources.documents import event_fact
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
        "dlq_consumer": b"c",
    }
    fact = fact_of(record(**told))
    assert (fact.sequence, fact.original, fact.given_up_by) == (4, Position(topic="t", partition=2, offset=3), "c")


def test_a_row_of_an_outbox_that_is_no_event_is_told_with_what_it_has() -> None:
    empty = event_fact({"_id": 7, "sent": False})
    assert (empty.id, empty.type, empty.topic, empty.sequence, empty.sent) == ("7", "", "", 0, False)
    odd = event_fact(
        {"_id": "e", "sent": False, "type": "comet.seen.v1", "sequence": None, "subject": 3, "time": "now"}
    )
    assert (odd.type, odd.topic, odd.subject, odd.sequence) == ("comet.seen.v1", "", "3", 0)
