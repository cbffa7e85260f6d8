"""`caravan dlq`: its commands and their options. The work is elsewhere, imported when asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.dlq.choices import FIELDS, wanted_of
from cli.operations.options import taking

dlq = typer.Typer(help="List, show, replay, discard and export dead letters.", no_args_is_help=True)

Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help=f"Only those that fulfil it; may come again. Names: {', '.join(FIELDS)} (parked, unless said otherwise).",
    ),
]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="The letters, as `list --letters` shows them.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
ReadyIn = Annotated[
    Path | None, typer.Option(help="The ready file of a running system. (default: .caravan/ready.json)")
]


@dlq.command("list")
def list_letters(
    *,
    letters: Annotated[bool, typer.Option("--letters", help="One line a letter, not a group.")] = False,
    first: Annotated[int, typer.Option(min=1, help="With --letters: how many, newest first.")] = 50,
    where: Where = None,
    as_json: Json = False,
    ready: ReadyIn = None,
) -> None:
    """Count what failed alike, by consumer, type and error; with --letters, list each."""
    from cli.dlq.run import run_groups, run_letters

    wanted = wanted_of(where or ())
    if letters:
        run_letters(wanted, first, ready, as_json=as_json)
    run_groups(wanted, ready, as_json=as_json)


@dlq.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="The letter.")],
    *,
    as_json: Json = False,
    ready: ReadyIn = None,
) -> None:
    """Show one letter: why it is there, what is in it, and what was done about it."""
    from cli.dlq.run import run_show

    run_show(letter_id, ready, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """What `caravan dlq replay` can be told."""

    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="These letters; or all that `--where` says.")
    ] = None
    reason: Annotated[str, typer.Option(help="Why; it stays with the letters, with your name.")] = ""
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, say what would come of each.")] = False
    wait: Annotated[bool, typer.Option(help="Stay until it has ended. It goes on without anybody, too.")] = True
    where: Where = None
    as_json: Json = False
    ready: ReadyIn = None


@dlq.command()
@taking(ReplayOptions)
def replay(chosen: ReplayOptions) -> None:
    """Give letters back to the consumer that gave up; exit code 0 only if none of them failed again."""
    from cli.dlq.run import Replay, run_replay

    wish = Replay(
        ids=tuple(chosen.ids or ()),
        wanted=wanted_of(chosen.where or ()),
        reason=chosen.reason,
        dry_run=chosen.dry_run,
        wait=chosen.wait,
    )
    run_replay(wish, chosen.ready, as_json=chosen.as_json)


@dlq.command()
def discard(
    ids: Ids,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stays with the letters, with your name.")],
    as_json: Json = False,
    ready: ReadyIn = None,
) -> None:
    """Give letters up for good."""
    from cli.dlq.run import run_discard

    run_discard(tuple(ids), reason, ready, as_json=as_json)


@dlq.command()
def export(
    *,
    to: Annotated[Path | None, typer.Option(help="A file to write; else standard output.")] = None,
    where: Where = None,
    ready: ReadyIn = None,
) -> None:
    """Write letters as JSON lines, payload and headers included, newest first."""
    from cli.dlq.run import run_export

    run_export(wanted_of(where or ()), to, ready)
