"""What services tell is what the contract lists, of the schemas that are published, and holds no personal data."""

import json
from dataclasses import replace

import pytest
from jsonschema import Draft7Validator
from pydantic_core import to_json

from services.infra.kafka.records import record_headers
from services.orders.events import order_event
from services.orders.models import OrderStatus
from services.payments.events import payment_event
from services.payments.models import PaymentStatus
from services.shared.events import Event
from tests.events.builders import ORIGIN, one_of_every_type
from tests.orders.makers import an_order
from tests.payments.makers import a_payment
from workers.contract.documents import FOLDER
from workers.event_types import KNOWN_TYPES

PROMISED = {
    "caravan.users": "registered signed-in password-changed session-compromised preferences-changed",
    "caravan.catalog": "created updated archived",
    "caravan.inventory": "reserved released committed adjusted",
    "caravan.orders": "placed reserved confirmed shipped delivered rejected cancelled",
    "caravan.payments": "authorized captured voided refunded declined",
}
PERSONAL = ("mia", "berg", "example.org", "argon2", "pm_card")
"""What the accounts and payments that are told of hold beside their ids, in lower case."""

EVENTS = one_of_every_type()


def is_of_its_schema(event: Event) -> bool:
    schema = json.loads((FOLDER / "schemas" / f"{event.type}.json").read_text(encoding="utf-8"))
    return Draft7Validator(schema).is_valid(json.loads(to_json(event.data)))


def test_all_that_is_promised_is_told_on_its_topic() -> None:
    told = {(each.topic, each.unversioned.partition(".")[2]) for each in KNOWN_TYPES}
    assert {(topic, name) for topic, names in PROMISED.items() for name in names.split()} - told == set()


def test_there_is_an_event_of_every_type() -> None:
    assert {event.type for event in EVENTS} == {each.name for each in KNOWN_TYPES}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_is_of_its_schema(event: Event) -> None:
    KNOWN_TYPES.check(event, event.topic)
    assert is_of_its_schema(event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_holds_no_personal_data(event: Event) -> None:
    headers = b" ".join(value for _, value in record_headers(event, "users"))
    told = (to_json(event.data) + headers).decode().lower()
    assert [word for word in PERSONAL if word in told] == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_has_all_headers(event: Event) -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_text(encoding="utf-8"))
    headers = {name: value.decode() for name, value in record_headers(event, event.topic.removeprefix("caravan."))}
    assert Draft7Validator(document["components"]["schemas"]["headers"]).is_valid(headers)
    own = document["components"]["messages"][event.type]["headers"]["allOf"][1]
    assert Draft7Validator(own).is_valid(headers)


def test_what_is_optional_may_be_missing() -> None:
    shipped = order_event(an_order(status=OrderStatus.SHIPPED), "e1", ORIGIN)
    declined = payment_event(
        replace(a_payment(status=PaymentStatus.DECLINED), decline="no"), PaymentStatus.DECLINED, "e1", ORIGIN
    )
    for event in (shipped, declined):
        KNOWN_TYPES.check(event, event.topic)
        assert is_of_its_schema(event)


def test_other_data_is_not_of_the_schema() -> None:
    event = EVENTS[-1]
    assert not is_of_its_schema(replace(event, data={**event.data, "amount": 19.99}))
