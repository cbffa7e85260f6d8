"""A consumer acts on what it knows: an unknown type or version, a wrong topic or wrong data is refused, unquoted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from services.shared.errors import Invalid
from services.shared.events import Event
from workers.event_types import KNOWN_TYPES

TOPIC = "caravan.inventory"
LEVEL = {"sku": "SHOE-1", "onHand": 5, "reserved": 2, "available": 3, "quantity": 1}


def event(data: Mapping[str, Any], kind: str = "stock.reserved.v1") -> Event:
    return Event(id="e1", type=kind, subject="SHOE-1", sequence=1, time=datetime(2026, 11, 23, tzinfo=UTC), data=data)


def refusal(told: Event, topic: str = TOPIC) -> Invalid:
    with pytest.raises(Invalid) as caught:
        KNOWN_TYPES.check(told, topic)
    return caught.value


def test_what_is_known_passes() -> None:
    KNOWN_TYPES.check(event(LEVEL), TOPIC)
    KNOWN_TYPES.check(event({**LEVEL, "orderId": "o1"}), TOPIC)


def test_fields_of_a_newer_schema_are_passed_over() -> None:
    KNOWN_TYPES.check(event({**LEVEL, "warehouse": "north"}), TOPIC)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("stock.reserved.v2", "unknown version of event: stock.reserved.v2"),
        ("stock.counted.v1", "unknown type of event: stock.counted.v1"),
        ("weather.changed.v1", "unknown type of event: weather.changed.v1"),
    ],
)
def test_an_unknown_type_or_version_is_refused(kind: str, said: str) -> None:
    problem = refusal(event(LEVEL, kind)).problems[0]
    assert (problem.message, problem.path) == (said, ("type",))


def test_a_long_unknown_type_is_cut() -> None:
    assert len(str(refusal(event(LEVEL, f"stock.{'a' * 5000}.v1")))) < 150


def test_a_type_on_the_topic_of_another_is_refused() -> None:
    assert refusal(event(LEVEL), "caravan.orders").problems[0].path == ("type",)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"available": "3"}, ("data", "available")),
        ({"available": -1}, ("data", "available")),
        ({"available": 2**53}, ("data", "available")),
        ({"available": 2.5}, ("data", "available")),
        ({"available": None}, ("data", "available")),
        ({"sku": "jane@example.com"}, ("data", "sku")),
    ],
)
def test_data_of_another_shape_is_refused_where_it_is_wrong(wrong: Mapping[str, object], path: tuple[str, ...]) -> None:
    refused = refusal(event({**LEVEL, **wrong}))
    assert [problem.path for problem in refused.problems] == [path]
    assert "jane" not in str(refused.problems)


def test_every_missing_field_is_named() -> None:
    assert [problem.path for problem in refusal(event({})).problems] == [("data", name) for name in LEVEL]
