"""`caravan recommendations`: its commands and their options. The work is elsewhere, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

recommendations = typer.Typer(help="Measure how good recommendations are.", no_args_is_help=True)

Plot = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Also draw the results here; the ending says how: png, svg, pdf.")
]
LastWeek = Annotated[int, typer.Option(min=10, max=49, help="The last week that is known; the next four are asked.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


@recommendations.callback()
def group() -> None:
    """Measure how good recommendations are."""


@recommendations.command()
def evaluate(plot: Plot = None, *, last_week: LastWeek = 49, as_json: Json = False) -> None:
    """Ask the rules about a year of real baskets, and what each of them adds. Takes minutes, needs no server."""
    from cli.recommendations.quality.run import run_evaluate

    run_evaluate(plot, last_week=last_week, as_json=as_json)
