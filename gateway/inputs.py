"""Checks of what comes in, before anything is started. Collects every problem, each with its path."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.shared.errors import Invalid, Problem
from services.shared.text import checked_label, checked_text

LONGEST_ID = 200
LONGEST_REASON = 500


class Problems:
    """Collects what is wrong with one input."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keeps the problems of a check that fails inside, and goes on."""
        try:
            yield
        except Invalid as refusal:
            self._found.extend(refusal.problems)

    def note(self, message: str, *path: str) -> None:
        """Keeps one problem."""
        self._found.append(Problem(code=Invalid.code, message=message, path=path))

    def refuse(self) -> None:
        """Raises Invalid with all of them, if there are any."""
        if self._found:
            raise Invalid.of(tuple(self._found))


def checked_id(value: str, *path: str) -> str:
    """An identifier from outside. Raises Invalid at `path`."""
    return checked_text(value, path, most=LONGEST_ID)


def checked_reason(value: str) -> str:
    """Why somebody does something. Raises Invalid at `reason`."""
    return checked_label(value, ("reason",), most=LONGEST_REASON, lines=True)
