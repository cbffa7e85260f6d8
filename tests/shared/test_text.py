"""Text from outside: of a length, without control characters or broken Unicode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.errors import Invalid
from services.shared.text import checked_label, checked_sku, checked_text, is_sku

FINE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=50)


@given(FINE)
def test_fine_text_stays_as_it_is(text: str) -> None:
    assert checked_text(text, ("name",), most=50) == text


@given(FINE, st.characters(categories=["Cc", "Cs"]), FINE)
def test_a_control_character_or_half_a_pair_is_refused_anywhere(before: str, odd: str, after: str) -> None:
    for text in (odd, before + odd, odd + after, before + odd + after):
        with pytest.raises(Invalid) as refused:
            checked_text(text, ("name",), most=200)
        assert refused.value.problems[0].path == ("name",)


def test_lines_and_tabs_only_where_lines_are_wanted() -> None:
    text = "one\n\ttwo"
    assert checked_text(text, ("description",), most=50, lines=True) == text
    for odd in ("one\rtwo", "one\x00two", "one\x1btwo", "one\x85two"):
        with pytest.raises(Invalid):
            checked_text(odd, ("description",), most=50, lines=True)


@pytest.mark.parametrize(("text", "least", "most"), [("", 1, 5), ("abcdef", 1, 5), ("ab", 3, 5)])
def test_length_is_bounded_both_ways(text: str, least: int, most: int) -> None:
    with pytest.raises(Invalid) as refused:
        checked_text(text, ("name",), least=least, most=most)
    assert f"{least} to {most}" in refused.value.problems[0].message


@pytest.mark.parametrize("text", ["", "a", "abcde", "🦦🦦🦦🦦🦦"])
def test_length_counts_characters_and_bounds_are_within(text: str) -> None:
    assert checked_text(text, ("name",), least=0, most=5) == text


@pytest.mark.parametrize("blank", [" ", "   ", "\u00a0\u2003", "\u200b", "\u2066 \u2069", "\n\t"])
def test_what_people_read_must_show_something(blank: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_label(blank, ("name",), most=5, lines=True)
    assert refused.value.problems[0].path == ("name",)
    assert checked_label(f"{blank}!", ("name",), most=5, lines=True) == f"{blank}!"


@pytest.mark.parametrize("sku", ["A", "TENT-2P", "shoe_42.5", "x" * 64])
def test_a_sku_is_letters_digits_and_a_few_marks(sku: str) -> None:
    assert is_sku(sku)
    assert checked_sku(sku, ("sku",)) == sku


@pytest.mark.parametrize("sku", ["", "x" * 65, "a b", "a\n", "$where", "é", "a/b", "a\x00"])
def test_anything_else_is_no_sku(sku: str) -> None:
    assert not is_sku(sku)
    with pytest.raises(Invalid) as refused:
        checked_sku(sku, ("sku",))
    assert refused.value.problems[0].path == ("sku",)
