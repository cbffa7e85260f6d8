"""`caravan schedules`: its commands and their options. The work is elsewhere, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

schedules = typer.Typer(help="List, run, pause and resume scheduled jobs.", no_args_is_help=True)

Schedule = Annotated[str, typer.Argument(metavar="ID", help="The schedule, as `list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
ReadyIn = Annotated[
    Path | None, typer.Option(help="The ready file of a running system. (default: .caravan/ready.json)")
]


@schedules.command("list")
def list_schedules(*, as_json: Json = False, ready: ReadyIn = None) -> None:
    """List what runs when, when it last ran, and what is paused."""
    from cli.schedules.run import run_list

    run_list(ready, as_json=as_json)


@schedules.command()
def trigger(schedule: Schedule, *, as_json: Json = False, ready: ReadyIn = None) -> None:
    """Run it now, paused or not; refused while a run of it goes on."""
    from cli.schedules.run import run_trigger

    run_trigger(schedule, ready, as_json=as_json)


@schedules.command()
def pause(schedule: Schedule, *, as_json: Json = False, ready: ReadyIn = None) -> None:
    """Hold its runs up until it is resumed."""
    from cli.schedules.run import run_pause

    run_pause(schedule, ready, paused=True, as_json=as_json)


@schedules.command()
def resume(schedule: Schedule, *, as_json: Json = False, ready: ReadyIn = None) -> None:
    """Let it go on, with its next run; those that were held up are not made up for."""
    from cli.schedules.run import run_pause

    run_pause(schedule, ready, paused=False, as_json=as_json)
