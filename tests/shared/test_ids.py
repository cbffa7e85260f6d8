"""Identifiers: fresh ones sort by their making, derived ones are the same for the same parts and no others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.ids import SortableIds, derived_id

PARTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4)


def test_fresh_ids_are_unique_and_sorted() -> None:
    factory = SortableIds()
    made = [factory.new() for _ in range(2000)]
    assert made == sorted(set(made))
    assert all(re.fullmatch("[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", one) for one in made)


@given(PARTS)
def test_a_derived_id_is_the_same_for_the_same_parts(parts: list[str]) -> None:
    assert derived_id(*parts) == derived_id(*parts)
    assert re.fullmatch("[a-z2-7]{26}", derived_id(*parts))


@given(PARTS, PARTS)
def test_other_parts_have_another_id(one: list[str], other: list[str]) -> None:
    assert (derived_id(*one) == derived_id(*other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"), [(("ab", "c"), ("a", "bc")), (("1:a",), ("1", "a")), ((), ("",)), (("a",), ("a", ""))]
)
def test_where_parts_end_matters(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert derived_id(*one) != derived_id(*other)


def test_a_derived_id_never_changes() -> None:
    # Order ids are derived: another result would place every repeated order twice.
    assert derived_id("customer", "key") == "togebwhlwf5q5n3zet7pmxub54"
