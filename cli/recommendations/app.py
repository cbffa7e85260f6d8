"""`caravan recommendations`: its commands and their options. The work is elsewhere, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

recommendations = typer.Typer(
    help="Make recommendations anew, count their orders anew, and measure how good they are.", no_args_is_help=True
)

Plot = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Also draw the results here; the ending says how: png, svg, pdf.")
]
LastWeek = Annotated[int, typer.Option(min=10, max=49, help="The last week that is known; the next four are asked.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


User = Annotated[str | None, typer.Option(metavar="ID", help="Of this user alone.")]
Wait = Annotated[bool, typer.Option("--wait", help="End when it is done; exit code 1 unless it is done well.")]
ReadyIn = Annotated[
    Path | None, typer.Option(help="The ready file of a running system. (default: .caravan/ready.json)")
]


@recommendations.command()
def refresh(user: User = None, *, wait: Wait = False, as_json: Json = False, ready: ReadyIn = None) -> None:
    """Make the recommendations of all users anew, or those of one; each night that is done by itself."""
    from cli.recommendations.run import run_refresh

    run_refresh(user, ready, wait=wait, as_json=as_json)


@recommendations.command()
def rebuild(*, wait: Wait = False, as_json: Json = False, ready: ReadyIn = None) -> None:
    """Count all orders anew beside the counts that are read, then read the new ones; nothing stands still for it."""
    from cli.recommendations.run import run_rebuild

    run_rebuild(ready, wait=wait, as_json=as_json)


@recommendations.command()
def evaluate(plot: Plot = None, *, last_week: LastWeek = 49, as_json: Json = False) -> None:
    """Ask the rules about a year of real baskets, and what each of them adds. Takes minutes, needs no server."""
    from cli.recommendations.quality.run import run_evaluate

    run_evaluate(plot, last_week=last_week, as_json=as_json)
