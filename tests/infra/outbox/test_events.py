"""What a document of an outbox is: an event, or something that is put aside before it can stop the others."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.infra.kafka.outgoing import outgoing_of
from services.infra.outbox.events import document_of, row_of
from services.shared.events import Event

TOLD = Event(
    id="e1",
    type="order.placed.v1",
    subject="o1",
    sequence=1,
    time=datetime(2026, 11, 23, 12, tzinfo=UTC),
    data={"sku": "ink"},
)


def test_an_event_comes_back() -> None:
    assert row_of(document_of(TOLD)).event == TOLD


@pytest.mark.parametrize("name", sorted(document_of(TOLD).keys() - {"sent", "traceparent", "_id"}))
@pytest.mark.parametrize("odd", [None, b"odd", ["odd"]])
def test_what_is_not_of_its_kind_makes_no_event(name: str, odd: object) -> None:
    row = row_of({**document_of(TOLD), name: odd})
    assert (row.id, row.event) == ("e1", None)


def test_what_is_missing_makes_no_event() -> None:
    for name in document_of(TOLD).keys() - {"_id", "sent"}:
        assert row_of({key: value for key, value in document_of(TOLD).items() if key != name}).event is None


def test_a_number_that_is_none_is_no_json() -> None:
    told = [replace(TOLD, id="nan", data={"x": float("nan")}), replace(TOLD, id="text", data={"x": "NaN"}), TOLD]
    told.append(replace(TOLD, id="infinite", data={"x": [-float("inf")]}))
    records, never = outgoing_of(told, "orders")
    assert [record.event_id for record in records] == ["text", "e1"]
    assert never == dict.fromkeys(("nan", "infinite"), "its data is no JSON")
