"""Keyset paging: pages of any list, cursors made from sort fields, and the limits of a page. Knows no database."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from services.shared.errors import Invalid

Node = TypeVar("Node")
Node_co = TypeVar("Node_co", covariant=True)

MAX_PAGE = 100
INTEGERS = range(-(2**63), 2**63)
"""What a database can compare with; a cursor made by us holds no other."""


# Without slots: Python 3.11 cannot call a name such as `OrderPage = Page[Order]` of a frozen class that has both.
@dataclass(frozen=True, kw_only=True)
class Edge(Generic[Node_co]):
    """An item and where it stands in its list."""

    cursor: str
    node: Node_co


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Node_co]):
    """A page of any list; a context names its own, such as `OrderPage = Page[Order]`."""

    edges: tuple[Edge[Node_co], ...]
    has_next: bool
    has_previous: bool


class PageQuery(Protocol):
    """What every query for a page says: `first` items, those behind the cursor `after`, None for the list's begin."""

    @property
    def first(self) -> int:
        """1 to 100."""
        ...

    @property
    def after(self) -> str | None:
        """An edge's cursor."""
        ...


def page_of(found: Sequence[Node], query: PageQuery, cursor_of: Callable[[Node], str]) -> Page[Node]:
    """The page, given one item more than it holds where there is one."""
    return Page(
        edges=tuple(Edge(cursor=cursor_of(item), node=item) for item in found[: query.first]),
        has_next=len(found) > query.first,
        has_previous=query.after is not None,
    )


def encode_cursor(*keys: str | int) -> str:
    """An opaque text of the values that a page is sorted by, of its last item."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode()


def decode_cursor(cursor: str, *kinds: type) -> tuple[str | int, ...]:
    """The values back.

    Raises:
        Invalid: at `after`, when it is not a cursor of this list (its values are not of `kinds`).
    """
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, RecursionError):
        raise Invalid("not a cursor of this list", ("after",)) from None
    if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds) or not all(map(_comparable, keys)):
        raise Invalid("not a cursor of this list", ("after",))
    return tuple(keys)


def _comparable(key: str | int) -> bool:
    if isinstance(key, int):
        return key in INTEGERS
    return key.isascii() or not any("\ud800" <= char <= "\udfff" for char in key)


def checked_page_size(first: int) -> int:
    """Raises Invalid at `first` unless 1 to 100."""
    if not 1 <= first <= MAX_PAGE:
        raise Invalid(f"must be 1 to {MAX_PAGE}", ("first",))
    return first
