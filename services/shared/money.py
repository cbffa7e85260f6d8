"""Money: a whole number of a currency's minor units inside, a decimal text outside. No floats, no rates."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import iso4217

from services.shared.errors import Invalid

MAX_MINOR = 10**15
"""The most of a price and of a total: far above any order, far below what 64 bits and an exact JSON number hold."""

DECIMAL_TEXT = re.compile(r"[0-9]{1,16}(\.[0-9]{1,6})?", re.ASCII)

EXPONENTS: dict[str, int] = {
    currency.code: currency.exponent for currency in iso4217.Currency if currency.exponent is not None
}
"""ISO 4217: how many decimal places each currency has; funds and metals without one are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An exact amount.

    Attributes:
        minor: whole minor units (cents), may be negative.
        currency: an ISO 4217 code.
    """

    minor: int
    currency: str

    def times(self, quantity: int) -> "Money":
        """The price of `quantity` of it."""
        return Money(minor=self.minor * quantity, currency=self.currency)

    def text(self) -> str:
        """The amount as exact decimal text, e.g. "19.99", "1999" for a yen amount."""
        return str(Decimal(self.minor).scaleb(-EXPONENTS[self.currency]))


def money_of(amount: str, currency: str, path: tuple[str, ...] = ()) -> Money:
    """Reads a decimal text.

    Raises:
        Invalid: no ISO 4217 currency, no number, negative, too large, or finer than the currency's minor unit.
    """
    if currency not in EXPONENTS:
        raise Invalid("not an ISO 4217 currency code", (*path, "currency"))
    where = (*path, "amount")
    if not DECIMAL_TEXT.fullmatch(amount):
        raise Invalid("not a decimal number such as 19.99", where)
    minor = Decimal(amount).scaleb(EXPONENTS[currency])
    whole = int(minor)
    if minor != whole:
        raise Invalid(f"{currency} has {EXPONENTS[currency]} decimal places", where)
    if whole > MAX_MINOR:
        raise Invalid("must be between 0 and 10^15 minor units", where)
    return Money(minor=whole, currency=currency)


def total_of(amounts: Iterable[Money], path: tuple[str, ...] | None = None) -> Money:
    """The sum. Raises Invalid at `path` when there is none, the currencies differ, or it is beyond MAX_MINOR."""
    listed = list(amounts)
    currencies = {money.currency for money in listed}
    if len(currencies) != 1:
        raise Invalid("all amounts must be of one currency", path)
    minor = sum(money.minor for money in listed)
    if abs(minor) > MAX_MINOR:
        raise Invalid("the total must be at most 10^15 minor units", path)
    return Money(minor=minor, currency=currencies.pop())
