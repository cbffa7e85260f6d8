"""Tables, lines and JSON on a terminal. Asks for nothing, decides nothing."""

import json
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

WIDEST: Final = 10_000
"""Characters of a line of a table: more than one ever has."""


class Printer:
    """Prints; with `as_json`, one JSON value a command."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self.console = console
        self.as_json = as_json

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str | None]], nothing: str) -> None:
        """The rows under their titles; `nothing` where there are none."""
        if not rows:
            self.line(nothing)
            return
        table = Table(*titles, box=None)
        for row in rows:
            table.add_row(*(harmless(value or "") for value in row))
        # No narrower than it is: an id that is cut cannot be copied. Printing alone would never go beyond the terminal.
        wide = self.console.measure(table, options=self.console.options.update(width=WIDEST)).maximum
        self.console.width = max(wide, self.console.width)
        self.console.print(table, soft_wrap=True, markup=False, highlight=False)

    def line(self, line: str) -> None:
        """One line."""
        self.console.print(harmless(line), markup=False, highlight=False, soft_wrap=True)

    def json(self, value: object) -> bool:
        """Whether JSON is wanted; it is printed then, and nothing else is to be."""
        if self.as_json:
            self.line(json.dumps(value, ensure_ascii=False, indent=2))
        return self.as_json


def harmless(text: str) -> str:
    """The text without what a terminal would obey: anybody may have written what is shown."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
