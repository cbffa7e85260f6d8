"""Every record of a dead letter topic is a letter: a whole one tells all, an odd one what can be known."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.deadletters.models import DeadLetter, LetterStatus
from services.deadletters.reading import LONGEST_MESSAGE, MOST_HEADERS, letter_of
from services.deadletters.texts import fingerprint_of, text_of
from services.shared.dead_letters import DeadLetterHeader, FoundRecord, Position
from services.shared.replays import Disposition, RawRecord
from tests.deadletters.makers import CONSUMER, FAILED_AT, STORED_AT, TOPIC, found, headers

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def letter(record: FoundRecord) -> DeadLetter:
    return letter_of(record, "place", NOW).letter


def test_a_whole_record_tells_everything() -> None:
    stored = letter_of(found(), "place", NOW)
    assert stored.letter == DeadLetter(
        id=stored.letter.id,
        place="place",
        topic=TOPIC,
        partition=3,
        offset=7,
        found_at=Position(topic=f"{TOPIC}.{CONSUMER}.dlq", partition=3, offset=7),
        key="ink",
        consumer=CONSUMER,
        event_id="event-7",
        event_type="stock.adjusted.v1",
        subject="ink",
        correlation_id="order-1",
        error_type="builtins.KeyError",
        error_message="no shelf '7'",
        fingerprint=stored.letter.fingerprint,
        disposition=Disposition.EXHAUSTED,
        attempts=5,
        first_failed_at=datetime(2026, 11, 22, 19, 59, tzinfo=UTC),
        last_failed_at=FAILED_AT,
        size=stored.letter.size,
        status=LetterStatus.PARKED,
    )


def test_the_record_is_as_the_consumer_had_read_it() -> None:
    original = tuple(each for each in headers() if not each[0].startswith("dlq-"))
    assert letter_of(found(), "place", NOW).record == RawRecord(
        topic=TOPIC, key=b"ink", value=b'{"sku": "ink"}', headers=original
    )


def test_a_letter_without_its_content_is_as_large_as_its_record_was() -> None:
    """So it counts as one that cannot be replayed."""
    cut = letter_of(found(headers=headers(dlq_original_size="5000000")), "place", NOW)
    assert cut.letter.size == 5_000_000
    assert "dlq-original-size" not in dict(cut.record.headers)


def test_headers_of_the_original_that_are_called_alike_stay() -> None:
    """A dead letter of something that was a dead letter before: the last ones are the consumer's."""
    older = (("dlq-consumer", b"somebody"), ("dlq-consumer", None))
    stored = letter_of(found(headers=(*older, *headers())), "place", NOW)
    assert stored.letter.consumer == CONSUMER
    assert stored.record.headers[:2] == older
    assert [name for name, _ in stored.record.headers].count("dlq-consumer") == 2


def test_a_record_that_was_written_twice_is_one_letter() -> None:
    again = found(position=Position(topic="t", partition=0, offset=99), timestamp=NOW)
    assert letter(again).id == letter(found()).id


def test_records_at_the_same_place_of_a_topic_that_was_made_anew_are_two() -> None:
    assert letter(found(headers=headers(ce_id="another"))).id != letter(found()).id
    assert letter(found(headers=headers(dlq_original_timestamp="1763841600001"))).id != letter(found()).id
    assert letter(found(headers=headers(dlq_consumer="live-stock"))).id != letter(found()).id


def test_what_is_not_said_is_told_from_where_it_was_found() -> None:
    odd = letter(found(headers=(("ce_id", b"\xff\xfe"), ("dlq-attempts", b"many"), ("dlq-disposition", b"?"))))
    assert (odd.topic, odd.consumer, odd.partition, odd.offset) == (TOPIC, CONSUMER, 3, 7)
    assert (odd.first_failed_at, odd.last_failed_at) == (STORED_AT, STORED_AT)
    assert (odd.attempts, odd.disposition, odd.event_type, odd.error_type) == (1, None, None, "unknown")
    assert letter(found(headers=(), timestamp=None)).last_failed_at == NOW


def test_odd_records_of_different_places_are_different_letters() -> None:
    elsewhere = Position(topic=f"{TOPIC}.{CONSUMER}.dlq", partition=3, offset=8)
    assert letter(found(headers=())).id == letter(found(headers=())).id
    assert letter(found(headers=())).id != letter(found(headers=(), position=elsewhere)).id


def test_a_moment_without_a_zone_or_a_number_too_large_is_none() -> None:
    odd = headers(dlq_first_failed_at="2026-11-22T20:00:00", dlq_original_offset="9" * 30)
    assert letter(found(headers=odd)).first_failed_at == FAILED_AT
    assert letter(found(headers=odd)).offset == 7


def test_a_moment_that_is_none_in_utc_is_none() -> None:
    early = headers(dlq_first_failed_at="0001-01-01T00:00:00+14:00")
    late = headers(dlq_first_failed_at="9999-12-31T23:59:59-14:00")
    assert letter(found(headers=early)).first_failed_at == FAILED_AT
    assert letter(found(headers=late)).first_failed_at == FAILED_AT


def test_what_is_long_is_cut() -> None:
    long = letter(found(headers=headers(dlq_exception_message="x" * 5000), key=b"k" * 5000))
    assert len(long.error_message) == LONGEST_MESSAGE
    assert long.key is not None
    assert len(long.key) == 250


def test_of_very_many_headers_the_first_are_kept() -> None:
    crowd = (("", None),) * 2 * MOST_HEADERS
    stored = letter_of(found(headers=(*crowd, *headers())), "place", NOW)
    assert stored.record.headers == crowd[:MOST_HEADERS]
    assert (stored.letter.consumer, stored.letter.event_id) == (CONSUMER, "event-7")
    assert stored.letter.size >= 40 * MOST_HEADERS


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*DeadLetterHeader, "ce_id", "ce_type", "x"]) | st.text(),
            st.none() | st.binary(max_size=9),
        )
    ),
    st.none() | st.binary(),
)
def test_nothing_is_too_odd_to_be_a_letter(said: list[tuple[str, bytes | None]], value: bytes | None) -> None:
    stored = letter_of(found(headers=tuple(said), value=value), "place", NOW)
    assert stored.record.value == value
    assert stored.letter.first_failed_at.tzinfo is not None
    assert [each for each in stored.record.headers if each[0] not in set(DeadLetterHeader)] == [
        (name, content) for name, content in said if name not in set(DeadLetterHeader)
    ]


def test_failures_of_one_kind_have_one_fingerprint() -> None:
    one = fingerprint_of("KeyError", "no shelf 'A4' for order 0193f2c0-7e7b-7000-8000-000000000001 after 3 tries")
    assert fingerprint_of("KeyError", 'no shelf "B" for order 8f2c after 12 tries') == one
    assert fingerprint_of("ValueError", "no shelf 'A4' for order 8f2c after 3 tries") != one
    assert fingerprint_of("KeyError", "no box 'A4' for order 8f2c after 3 tries") != one


def test_bytes_are_text_or_base64_and_never_both() -> None:
    assert text_of("Füller".encode()) == "Füller"
    assert text_of(b"\xff\x00") == "base64:/wA="
    assert text_of(b"base64:/wA=") != "base64:/wA="
