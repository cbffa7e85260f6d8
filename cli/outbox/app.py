"""The command line of `caravan outbox`: its options. The work is beside, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

outbox = typer.Typer(help="Show events that cannot be published, and try them again.", no_args_is_help=True)

Ready = Annotated[Path, typer.Option(help="The ready file of a running system.")]
READY = Path(".caravan/ready.json")


@outbox.command("parked")
def parked(ready: Ready = READY) -> None:
    """List the events that were put aside because they can never be sent as they are. Exit code 1 if there are any."""
    from cli.outbox.run import run_parked

    run_parked(ready)


@outbox.command("release")
def release(
    service: Annotated[str, typer.Argument(help="The service whose events they are.")],
    event: Annotated[str | None, typer.Argument(help="The id of one event; without, all of the service's.")] = None,
    ready: Ready = READY,
) -> None:
    """Have the relay try again what was put aside. It comes after later events of the same thing that have gone."""
    from cli.outbox.run import run_release

    run_release(service, event, ready)
