"""How amounts, moments and reasons are told to people. English, UTC, no currency signs. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from services.shared.money import Money

REJECTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "OUT_OF_STOCK": "Somebody was faster: there is not enough left of what you ordered.",
        "PAYMENT_DECLINED": "Your payment was declined. Your bank can tell you why; we are not told.",
        "RESERVATION_EXPIRED": "The payment took too long, and we could not keep the goods for you any longer.",
        "NOT_FOUND": "Something that you ordered is not for sale any more.",
    }
)
"""By the code of an order's reason, which is one of the API's."""

REJECTED_ANYHOW: Final = "Something went wrong on our side."

BY_CUSTOMER: Final = "cancelled by its customer"
"""What an order's reason says when nobody else wanted it."""


def shown_money(money: Money) -> str:
    """E.g. "1,234.50 EUR"."""
    return f"{Decimal(money.text()):,} {money.currency}"


def shown_moment(moment: datetime) -> str:
    """E.g. "23 November 2026 at 09:05 UTC"."""
    return f"{moment.day} {moment:%B %Y} at {moment:%H:%M} UTC"


def why_rejected(code: str) -> str:
    """A sentence for the person who ordered."""
    return REJECTED.get(code, REJECTED_ANYHOW)


def why_cancelled(message: str) -> str:
    """A sentence for the person who ordered."""
    return "We cancelled it as you asked." if message == BY_CUSTOMER else "The shop had to cancel it. We are sorry."
