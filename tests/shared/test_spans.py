"""Spans of places lie side by side, reach to the end, and are as wide as they need to be."""

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.recipients.models import place_of
from services.shared.spans import ALL, FIRST, end_of_span, next_parts

PLACES = st.text(min_size=1, max_size=20).map(place_of)


@given(place=PLACES, parts=st.integers(min_value=1, max_value=ALL))
def test_a_span_ends_behind_its_begin_or_nowhere(place: str, parts: int) -> None:
    end = end_of_span(place, parts)
    assert end is None or end > place[:4]
    assert end is None or end_of_span(place, parts + 1) is None or end < (end_of_span(place, parts + 1) or "")


@given(place=PLACES)
def test_every_place_is_in_some_span_of_those_that_begin_at_the_first(place: str) -> None:
    begin, spans = "", 0
    while (end := end_of_span(begin, FIRST)) is not None and end <= place:
        begin, spans = end, spans + 1
    assert begin < place
    assert end is None or place < end
    assert spans <= ALL // FIRST


def test_places_are_scattered_evenly() -> None:
    places = [place_of(f"{number:032x}") for number in range(20_000)]
    in_first = sum(place < (end_of_span("", ALL // 100) or "") for place in places)
    assert 140 < in_first < 260


def test_the_next_span_is_about_as_wide_as_what_is_wanted() -> None:
    assert next_parts(100, found=10, wanted=40) == 401
    assert next_parts(100, found=0, wanted=40) == 400
