"""Money: exact in, exact out, never finer or larger than its currency allows."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.errors import Invalid
from services.shared.money import EXPONENTS, MAX_MINOR, Money, money_of, total_of

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MINORS = st.integers(min_value=0, max_value=MAX_MINOR)


@given(minor=MINORS, currency=CURRENCIES)
def test_text_and_back_is_the_same_amount(minor: int, currency: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert money_of(money.text(), currency) == money


@given(minor=st.integers(min_value=-MAX_MINOR, max_value=MAX_MINOR), currency=CURRENCIES)
def test_text_is_plain_decimal_with_the_currencys_places(minor: int, currency: str) -> None:
    text = Money(minor=minor, currency=currency).text()
    places = len(text.partition(".")[2])
    assert places == EXPONENTS[currency]
    assert "E" not in text
    assert Decimal(text) * 10**places == minor


@given(text=st.text(max_size=30) | st.from_regex(r"[0-9]{1,20}(\.[0-9]{0,8})?"), currency=CURRENCIES)
def test_any_text_is_an_exact_amount_or_refused_as_invalid(text: str, currency: str) -> None:
    with suppress(Invalid):
        money = money_of(text, currency)
        assert 0 <= money.minor <= MAX_MINOR
        assert Decimal(text) == Decimal(money.text())


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("19.99", "EUR", 1999),
        ("19.9", "EUR", 1990),
        ("19", "EUR", 1900),
        ("0", "EUR", 0),
        ("19.990000", "EUR", 1999),
        ("1999", "JPY", 1999),
        ("1.234", "KWD", 1234),
        ("10000000000000", "EUR", MAX_MINOR),
    ],
)
def test_amounts_by_currency(text: str, currency: str, minor: int) -> None:
    assert money_of(text, currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("_case", "text", "currency"),
    [
        ("too fine", "19.999", "EUR"),
        ("a fraction of a yen", "1.5", "JPY"),
        ("too large", "10000000000000.01", "EUR"),
        ("negative", "-1", "EUR"),
        ("signed", "+1", "EUR"),
        ("exponent", "1e3", "EUR"),
        ("no number", "NaN", "EUR"),
        ("infinity", "Infinity", "EUR"),
        ("no digits before the point", ".5", "EUR"),
        ("no digits after the point", "5.", "EUR"),
        ("comma", "19,99", "EUR"),
        ("other digits", "١٩", "EUR"),
        ("line feed", "19.99\n", "EUR"),
        ("nothing", "", "EUR"),
        ("endless", "1" * 10_000, "EUR"),
    ],
)
def test_what_is_no_amount_is_refused_at_its_path(_case: str, text: str, currency: str) -> None:
    with pytest.raises(Invalid) as refused:
        money_of(text, currency, ("price",))
    assert refused.value.problems[0].path == ("price", "amount")


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "ZZZ", "EU", "€", "EUR\x00"])
def test_what_is_no_currency_is_refused_at_its_path(currency: str) -> None:
    with pytest.raises(Invalid) as refused:
        money_of("1", currency, ("price",))
    assert refused.value.problems[0].path == ("price", "currency")


@given(
    minor=st.integers(min_value=0, max_value=MAX_MINOR // 1000),
    quantity=st.integers(min_value=1, max_value=1000),
    currency=CURRENCIES,
)
def test_a_price_times_is_the_price_added_up(minor: int, quantity: int, currency: str) -> None:
    price = Money(minor=minor, currency=currency)
    assert price.times(quantity) == total_of([price] * quantity)


def test_a_total_needs_amounts_of_one_currency() -> None:
    euro, yen = Money(minor=1, currency="EUR"), Money(minor=1, currency="JPY")
    assert total_of(iter([euro, euro])) == Money(minor=2, currency="EUR")
    with pytest.raises(Invalid):
        total_of([euro, yen])
    with pytest.raises(Invalid):
        total_of([])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_total_is_no_larger_than_the_largest_amount(sign: int) -> None:
    half = Money(minor=sign * MAX_MINOR // 2, currency="EUR")
    assert total_of([half, half]) == Money(minor=sign * MAX_MINOR, currency="EUR")
    with pytest.raises(Invalid) as refused:
        total_of([half, half, Money(minor=sign, currency="EUR")], ("lines",))
    assert refused.value.problems[0].path == ("lines",)
