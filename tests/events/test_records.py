"""An event comes back from its record as it went; a record that lacks a header of the contract is no event."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from services.infra.kafka.records import event_of, record_headers
from services.shared.errors import Invalid
from services.shared.events import Event, Origin
from tests.events.builders import one_of_every_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What of a consumer's record an event is made of."""

    value: bytes = b"{}"
    headers: tuple[tuple[str, bytes], ...] = field(default=())


def record_of(event: Event, **changes: bytes | None) -> Any:  # noqa: ANN401 - stands for aiokafka's record
    """The event's record without data, its headers changed by their names (with `_` for `-`), or left out."""
    wanted = {name.replace("content_type", "content-type"): value for name, value in changes.items()}
    headers = {**dict(record_headers(event, "orders")), **wanted}
    return Record(headers=tuple((name, value) for name, value in headers.items() if value is not None))


EVENTS = one_of_every_type()
FORGIVEN = ("ce_traceparent", "ce_correlationid", "ce_causationid")
"""What nobody needs to act on an event."""

HEADERS = [name for name, _ in record_headers(EVENTS[0], "users")]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_survives_its_record(event: Event) -> None:
    read = event_of(record_of(event))
    assert (read.id, read.type, read.subject, read.sequence) == (event.id, event.type, event.subject, event.sequence)
    assert (read.time, read.origin) == (event.time, event.origin)


@pytest.mark.parametrize("missing", [name for name in HEADERS if name not in FORGIVEN])
def test_a_header_of_the_contract_that_is_missing_is_named(missing: str) -> None:
    record = record_of(EVENTS[0], **{missing.replace("-", "_"): None})
    with pytest.raises(Invalid, match=missing):
        event_of(record)


def test_an_event_without_trace_and_cause_is_one_all_the_same() -> None:
    assert event_of(record_of(EVENTS[0], **dict.fromkeys(FORGIVEN))).origin == Origin()


def test_headers_of_others_may_be_anything() -> None:
    record = record_of(EVENTS[0])
    read = event_of(replace(record, headers=(*record.headers, ("b3", b"\xff\x00"), ("ce_odd", None))))
    assert read.id == EVENTS[0].id


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("content_type", b"text/plain"),
        ("ce_id", b"x" * 201),
        ("ce_subject", b""),
        ("ce_source", b""),
        ("ce_sequence", b"0"),
        ("ce_sequence", b"9" * 16),
        ("ce_sequence", b"9" * 5000),
        ("ce_specversion", b"0.3"),
    ],
)
def test_a_header_that_cannot_be_is_refused_unquoted(header: str, value: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        event_of(record_of(EVENTS[0], **{header: value}))
    assert "xxx" not in str(refused.value)
    assert "plain" not in str(refused.value)
