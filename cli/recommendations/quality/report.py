"""The results as a table and as a plot. Computes nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from cli.recommendations.quality.marks import Marks, Result

QUESTIONS: Final[Mapping[str, tuple[float, Callable[[Result], Marks]]]] = {
    "Bought next, P@10": (0.35, lambda result: result.next),
    "Bought next, new ones only, P@10": (0.036, lambda result: result.new),
    "Rest of the basket, Hit@10": (0.137, lambda result: result.basket),
}
"""By question its goal, and its marks in a result."""


def reached(result: Result) -> Mapping[str, bool]:
    """By question whether the goal is."""
    return {question: marks(result).mean >= goal for question, (goal, marks) in QUESTIONS.items()}


def show(results: Mapping[str, Result], console: Console) -> None:
    """Prints a line for each way of recommending."""
    table = Table("Recommended by")
    for question, (goal, _) in QUESTIONS.items():
        table.add_column(f"{question}\n(goal {goal})", justify="right")
    table.add_column("different\nproducts", justify="right")
    for name, result in results.items():
        table.add_row(name, *(_cell(marks(result)) for _, marks in QUESTIONS.values()), str(result.offered))
    console.print(table)
    first = next(iter(results.values()))
    console.print(f"{first.next.count} users, {first.basket.count} baskets; in brackets: 95 of 100 draws (bootstrap).")


def plot(results: Mapping[str, Result], path: Path) -> None:
    """Draws each question with the results, their intervals, and the goal; the file's ending says in which format."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 1.2 + 0.38 * len(results)), layout="constrained")
    names = list(results)
    panels = figure.subplots(1, len(QUESTIONS), sharey=True)
    for panel, (question, (goal, marks)) in zip(panels, QUESTIONS.items(), strict=True):
        shown = [marks(result) for result in results.values()]
        panel.barh(
            names,
            [each.mean for each in shown],
            xerr=[[each.mean - each.low for each in shown], [each.high - each.mean for each in shown]],
            color=["#9aa5b1" if name == "popularity" else "#2a6f97" for name in names],
            error_kw={"ecolor": "#333333", "capsize": 3},
        )
        panel.axvline(goal, color="#c1121f", linestyle="--")
        panel.set_title(f"{question} (goal {goal})", fontsize=11)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].invert_yaxis()
    figure.savefig(path, dpi=110)


def _cell(marks: Marks) -> str:
    return f"{marks.mean:.4f} [{marks.low:.4f}, {marks.high:.4f}]"
