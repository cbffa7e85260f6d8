"""A stack's progress on the terminal: a live line a part, or plain lines where there is none. Decides nothing."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

from cli.ready import Addresses
from cli.stack.part import Part
from cli.stack.report import State

LOOKS = {
    State.PREPARING: "yellow",
    State.STARTING: "yellow",
    State.READY: "green",
    State.DOWN: "red",
    State.STOPPED: "dim",
}


class Screen:
    """Shows each change as a line; inside `live`, on a terminal, each part keeps one line of its own."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: dict[str, tuple[Part, State, str, str]] = {}
        self._live: Live | None = None

    def state(self, part: Part, state: State, note: str) -> None:
        source = part.source.text()
        self._rows[part.name] = (part, state, source, "" if note == source else note)
        if self._live:
            self._live.update(self._table())
            return
        self._print(f"{part.title:16}{state.value:11}{self._line(part, state, note)}")

    def _line(self, part: Part, state: State, note: str) -> str:
        if state is not State.READY:
            return note
        _, _, source, said = self._rows[part.name]
        return "  ".join(word for word in (source, said, part.address) if word)

    @contextmanager
    def live(self) -> Iterator[None]:
        """While everything starts. What is shown at the end stays."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=8) as self._live:
            try:
                yield
            finally:
                self._live.update(self._table())
        self._live = None

    def addresses(self, addresses: Addresses) -> None:
        """The addresses that a person wants to click or copy."""
        known = {
            "GraphQL": addresses.graphql,
            "Temporal's UI": addresses.temporal_ui,
            "Temporal": addresses.temporal,
            "Kafka": addresses.kafka,
            "MongoDB": addresses.mongo,
            "Redis": addresses.redis,
            "SMTP": addresses.smtp,
            "mail": addresses.mailbox,
            "payment sandbox": addresses.payment_sandbox,
            "logs": addresses.logs,
        }
        self._print("")
        for name, value in known.items():
            if value:
                self._print(f"{name:16}{value}")

    def say(self, line: str) -> None:
        """A line for the person."""
        self._print(line)

    def _print(self, line: str) -> None:
        # Whoever read the lines may be gone (`caravan up | head`); the stack stays.
        with contextlib.suppress(OSError):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for part, state, source, note in self._rows.values():
            busy = state in {State.PREPARING, State.STARTING}
            mark = (
                Spinner("dots", style=LOOKS[state]) if busy else "[green]✓[/]" if state is State.READY else "[red]✗[/]"
            )
            where = part.address if state is State.READY else ""
            looks = LOOKS[state]
            table.add_row(mark, part.title, f"[{looks}]{state.value}[/]", escape(source), escape(note), escape(where))
        return table
