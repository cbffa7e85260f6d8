"""Runs `caravan recommendations evaluate`: reads the baskets, asks every way of recommending, shows what they reach."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from cli.recommendations.quality.baskets import read_history
from cli.recommendations.quality.counts import HistoryCounts
from cli.recommendations.quality.marks import Result, result_of
from cli.recommendations.quality.report import plot, reached, show
from cli.recommendations.quality.split import LAST_WEEK, exam_of
from cli.recommendations.quality.ways import ways_of
from cli.run import told


@told
def run_evaluate(path: Path | None, *, last_week: int = LAST_WEEK, as_json: bool = False) -> bool:
    """Whether the rules that serve reach every goal.

    Raises:
        CommandFailed: the baskets are not installed.
    """
    results = _results(last_week)
    if as_json:
        Console().print_json(data={name: asdict(result) for name, result in results.items()})
    else:
        show(results, Console())
    if path is not None:
        plot(results, path)
    missed = [question for question, is_met in reached(results["all rules"]).items() if not is_met]
    if missed:
        Console(stderr=True).print(f"below the goal: {'; '.join(missed)}")
    return not missed


def _results(last_week: int) -> Mapping[str, Result]:
    exam = exam_of(read_history(), last_week)
    counts = HistoryCounts(exam)
    return {name: result_of(exam, way, list(exam.next), exam.hidden) for name, way in ways_of(counts).items()}
