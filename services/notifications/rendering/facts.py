"""What a template is filled with: an event's data as its mail tells of it. Knows the published form of events only."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from services.notifications.mails import HAPPENED_AT
from services.notifications.models import Message, Template
from services.notifications.rendering.figures import shown_moment, shown_money, why_cancelled, why_rejected
from services.notifications.rendering.wire.headers import one_line
from services.shared.errors import Invalid, Refused
from services.shared.money import Money, money_of

SHORT_NUMBER: Final = 8
"""Letters of an order's number in a subject; they keep two orders' mails apart."""

LINES_SHOWN: Final = 50

Facts = Mapping[str, Any]
Told = dict[str, Any]


def told_of(message: Message) -> Told:
    """What its template needs beside the recipient. Raises Invalid for data that its template cannot tell of."""
    try:
        return READERS[message.template](message)
    except (KeyError, TypeError, ValueError, AttributeError, Refused):
        raise Invalid(f"the event's data is not what the mail {message.template} tells of") from None


def _order(message: Message) -> Told:
    facts = message.facts
    lines = facts["lines"]
    return {
        "order_id": one_line(facts["orderId"]),
        "order_number": one_line(facts["orderId"])[-SHORT_NUMBER:].upper(),
        "placed_at": shown_moment(datetime.fromisoformat(facts["placedAt"])),
        "lines": [_line(line) for line in lines[:LINES_SHOWN]],
        "more_lines": max(0, len(lines) - LINES_SHOWN),
        "total": shown_money(_money(facts["total"])),
        "tracking_number": one_line(facts.get("trackingNumber", "")),
    }


def _line(line: Facts) -> Told:
    price = _money(line["unitPrice"])
    quantity = int(line["quantity"])
    return {
        "name": one_line(line["name"]),
        "quantity": quantity,
        "unit_price": shown_money(price) if quantity > 1 else "",
        "total": shown_money(price.times(quantity)),
    }


def _money(data: Facts) -> Money:
    return money_of(data["amount"], data["currency"])


def _rejected(message: Message) -> Told:
    return {**_order(message), "why": why_rejected(message.facts["reason"]["code"])}


def _cancelled(message: Message) -> Told:
    return {**_order(message), "why": why_cancelled(message.facts["reason"]["message"])}


def _security(message: Message) -> Told:
    return {"happened_at": shown_moment(datetime.fromisoformat(message.facts[HAPPENED_AT]))}


READERS: Final[Mapping[Template, Callable[[Message], Told]]] = MappingProxyType(
    {
        Template.ORDER_CONFIRMED: _order,
        Template.ORDER_SHIPPED: _order,
        Template.ORDER_DELIVERED: _order,
        Template.ORDER_REJECTED: _rejected,
        Template.ORDER_CANCELLED: _cancelled,
        Template.WELCOME: lambda _: {},
        Template.PASSWORD_CHANGED: _security,
        Template.SESSION_COMPROMISED: _security,
    }
)
