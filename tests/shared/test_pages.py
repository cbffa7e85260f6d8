"""Cursors: back to what they were made of, and nothing else is one."""

import base64
import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.shared.errors import Invalid
from services.shared.pages import Edge, Page, checked_page_size, decode_cursor, encode_cursor, page_of


@given(st.text(), st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_a_cursor_is_read_back(text: str, number: int) -> None:
    assert decode_cursor(encode_cursor(text, number), str, int) == (text, number)


@given(st.text())
def test_any_other_text_is_refused_at_its_path(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode_cursor(text, str, int)
    assert refused.value.problems[0].path == ("after",)


def cursor_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor("a"),
        encode_cursor("a", "b"),
        encode_cursor(1, "a"),
        encode_cursor("a", 1, 2),
        cursor_of(["a", True]),
        cursor_of(["a", 1.0]),
        cursor_of(["a", None]),
        cursor_of(["a", 2**63]),
        cursor_of(["\ud800", 1]),
        cursor_of([{"$ne": 1}, 1]),
        cursor_of({"0": "a", "1": 1}),
        cursor_of("a1"),
        encode_cursor("a", 1)[:-3],
        encode_cursor("a", 1) + "\ud800",
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(cursor, str, int)


@pytest.mark.parametrize("first", [1, 20, 100])
def test_a_page_has_one_to_a_hundred(first: int) -> None:
    assert checked_page_size(first) == first


@pytest.mark.parametrize("first", [-1, 0, 101, 2**31])
def test_no_other_size_is_a_page(first: int) -> None:
    with pytest.raises(Invalid) as refused:
        checked_page_size(first)
    assert refused.value.problems[0].path == ("first",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A query for a page of letters."""

    first: int
    after: str | None = None


@pytest.mark.parametrize(
    ("found", "query", "expected"),
    [
        ("ab", Wanted(first=2), ("AB", False, False)),
        ("abc", Wanted(first=2), ("AB", True, False)),
        ("cd", Wanted(first=2, after="B"), ("CD", False, True)),
        ("", Wanted(first=1), ("", False, False)),
    ],
)
def test_a_page_holds_what_was_asked_for_and_says_whether_there_is_more(
    found: str, query: Wanted, expected: tuple[str, bool, bool]
) -> None:
    page = page_of(found, query, str.upper)
    cursors = "".join(edge.cursor for edge in page.edges)
    assert (cursors, page.has_next, page.has_previous) == expected
    assert [edge.node for edge in page.edges] == list(found[: query.first])


def test_a_page_travels_between_processes_by_its_own_name() -> None:
    letters = Page[str]
    page = letters(edges=(Edge(cursor="A", node="a"),), has_next=True, has_previous=False)
    adapter = TypeAdapter(letters)
    assert adapter.validate_json(adapter.dump_json(page)) == page
