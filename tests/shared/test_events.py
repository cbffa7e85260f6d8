"""The envelope: every aggregate has its topic, and money is exact in it."""

import pytest

from services.shared.events import Event, money_data
from services.shared.money import Money
from tests.support.doubles import StandingClock


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        ("user.signed-in.v1", "caravan.users"),
        ("product.created.v1", "caravan.catalog"),
        ("stock.reserved.v1", "caravan.inventory"),
        ("order.placed.v1", "caravan.orders"),
        ("payment.captured.v1", "caravan.payments"),
    ],
)
def test_an_event_goes_to_its_aggregates_topic(kind: str, topic: str) -> None:
    event = Event(id="e1", type=kind, subject="s", sequence=1, time=StandingClock().now(), data={})
    assert event.topic == topic


def test_money_travels_as_decimal_text() -> None:
    assert money_data(Money(minor=1990, currency="EUR")) == {"amount": "19.90", "currency": "EUR"}
