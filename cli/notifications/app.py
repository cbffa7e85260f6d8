"""`caravan notifications`: its commands and their options. The work is elsewhere, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

notifications = typer.Typer(
    help="Show which lane of messages is paused, let it go on; lift a suppression.", no_args_is_help=True
)

LaneName = Annotated[str, typer.Argument(metavar="LANE", help="critical or standard.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
ReadyIn = Annotated[
    Path | None, typer.Option(help="The ready file of a running system. (default: .caravan/ready.json)")
]


@notifications.command()
def lanes(*, as_json: Json = False, ready: ReadyIn = None) -> None:
    """List the lanes: which sends, which is paused, why, and when it is tried again by itself."""
    from cli.notifications.run import run_lanes

    run_lanes(ready, as_json=as_json)


@notifications.command()
def resume(lane: LaneName, *, as_json: Json = False, ready: ReadyIn = None) -> None:
    """Let a paused lane go on now; what waits in it follows within the pause between two tries."""
    from cli.notifications.run import run_resume

    run_resume(lane, ready, as_json=as_json)


@notifications.command()
def lift(
    user_id: Annotated[str, typer.Argument(metavar="USER", help="Whose address mail is to go to again; an id.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; it stays in the audit trail, with your name.")],
    as_json: Json = False,
    ready: ReadyIn = None,
) -> None:
    """Lift the suppression of somebody's address, for everybody who has it. What was skipped meanwhile stays so."""
    from cli.notifications.run import run_lift

    run_lift(user_id, reason, ready, as_json=as_json)
