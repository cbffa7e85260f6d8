"""Spans of places: how a page of a large collection is read without reading all that comes behind it. Pure.

A server that reads every match before it limits is asked for little more than the page holds.
"""

from typing import Final

DIGITS: Final = "234567abcdefghijklmnopqrstuvwxyz"
"""What places are made of, in their order."""

LENGTH: Final = 4
ALL: Final = len(DIGITS) ** LENGTH
"""Parts that all places are cut into, by their first characters."""

FIRST: Final = ALL // 1024
WIDER: Final = 4
"""Parts of the first span; and by how much a span is wider than one in which nobody was."""


def end_of_span(after: str, parts: int) -> str | None:
    """The place before which a span of so many parts ends that begins behind this one; None: it reaches to the end."""
    number = _number(after) + max(parts, 1)
    return None if number >= ALL else _text(number)


def next_parts(parts: int, found: int, wanted: int) -> int:
    """How many parts may hold as many as are wanted, if so many were found in the last ones."""
    return parts * wanted // found + 1 if found else parts * WIDER


def _number(place: str) -> int:
    number = 0
    for digit in place[:LENGTH].ljust(LENGTH, DIGITS[0]):
        number = number * len(DIGITS) + DIGITS.index(digit)
    return number


def _text(number: int) -> str:
    digits = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits
