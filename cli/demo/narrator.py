"""Tells the demo's story on a terminal: one line at a time, each marked with its scene. Decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.invariants.records import Finding

SCENE_WIDTH = 16
COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan", "bright_magenta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a scene ended: what was expected, and what came.

    `order_id` is of an order that is worth a look in Temporal's UI.
    """

    scene: str
    expected: str
    got: str
    order_id: str | None = None

    @property
    def holds(self) -> bool:
        """Whether it came as expected."""
        return self.expected == self.got


class Narrator:
    """Writes to one console. Scenes may run side by side; each keeps its colour."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._colours: dict[str, str] = {}

    def chapter(self, title: str) -> None:
        """A heading."""
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}", align="left")

    def tell(self, scene: str, text: str) -> None:
        """What is about to happen, or what came back."""
        self._line(scene, escape(text))

    def event(self, scene: str, text: str) -> None:
        """An event that passed on Kafka."""
        self._line(scene, f"[dim]~> kafka: {escape(text)}[/dim]")

    def ending(self, outcome: Outcome) -> None:
        """How the scene ended."""
        mark = "[green]as expected[/green]" if outcome.holds else "[bold red]NOT as expected[/bold red]"
        wanted = "" if outcome.holds else f" (expected {escape(outcome.expected)})"
        self._line(outcome.scene, f"[bold]{escape(outcome.got)}[/bold], {mark}{wanted}")

    def outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """The table of all scenes."""
        table = Table("Scene", "Expected", "Got", "", title="Outcomes", title_justify="left")
        for outcome in outcomes:
            texts = (escape(text) for text in (outcome.scene, outcome.expected, outcome.got))
            table.add_row(*texts, _mark(outcome.holds))
        self._console.print(table)

    def findings(self, findings: Sequence[Finding]) -> None:
        """The table of all invariants."""
        table = Table("Invariant", "", "Seen", title="Invariants", title_justify="left")
        for finding in findings:
            table.add_row(escape(finding.name), _mark(finding.holds), escape(finding.detail))
        self._console.print(table)

    def links(self, links: Mapping[str, str]) -> None:
        """Where to look further."""
        for name, url in links.items():
            self._console.print(f"{name}:\n  {url}", markup=False, soft_wrap=True)

    def verdict(self, *, holds: bool, seconds: float, stays: bool) -> None:
        """The last line."""
        found = (
            "[green]Everything held.[/green]" if holds else "[bold red]Something did NOT hold: see NO above.[/bold red]"
        )
        hint = " The system stays up until Ctrl-C." if stays else ""
        self._console.print(f"{found} The demo took {seconds:.0f} s.{hint}", highlight=False)

    def _line(self, scene: str, markup: str) -> None:
        colour = self._colours.setdefault(scene, COLOURS[len(self._colours) % len(COLOURS)])
        self._console.print(f"[{colour}]{escape(scene):>{SCENE_WIDTH}}[/{colour}] | {markup}", highlight=False)


def _mark(holds: bool) -> str:  # noqa: FBT001 (the one thing that it shows)
    return "[green]yes[/green]" if holds else "[bold red]NO[/bold red]"
