"""The `caravan` command: what it can do, each with its options. The work is elsewhere, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

from cli.dlq.app import dlq
from cli.notifications.app import notifications
from cli.outbox.app import outbox
from cli.recommendations.app import recommendations
from cli.schedules.app import schedules
from cli.stack.choices import Only, PortChoice

DEFAULT_DATA = Path(".caravan")

app = typer.Typer(
    name="caravan",
    help="Starts, shows and checks a whole Caravan system.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Ports = Annotated[
    PortChoice, typer.Option(help="The usual ports, or any free ones: then several stacks run side by side.")
]
Data = Annotated[
    Path, typer.Option(help="The folder that keeps everything; a later start on it goes on where this one was.")
]
ReadyOut = Annotated[
    Path | None, typer.Option(help="Where to write the addresses once all is ready. (default: DATA/ready.json)")
]
ReadyIn = Annotated[
    Path | None, typer.Option(help=f"The ready file of a running system. (default: {DEFAULT_DATA}/ready.json)")
]
Parts = Annotated[Only, typer.Option(help="How much to start.")]
Attached = Annotated[
    bool, typer.Option("--attached", help="End with standard input: it does when the program that started this dies.")
]
Once = Annotated[bool, typer.Option("--once", help="End after the demo; exit code 0 only if everything holds.")]


@app.command()
def up(
    *,
    ports: Ports = PortChoice.DEFAULT,
    data: Data = DEFAULT_DATA,
    ready: ReadyOut = None,
    only: Parts = Only.EVERYTHING,
    attached: Attached = False,
) -> None:
    """Start the servers, all services and the gateway, and keep them running until Ctrl-C."""
    from cli.run import run_up

    run_up(ports=ports, data=data, ready=ready, only=only, attached=attached)


@app.command()
def demo(
    *, once: Once = False, ports: Ports = PortChoice.DEFAULT, data: Data = DEFAULT_DATA, ready: ReadyOut = None
) -> None:
    """Start everything, open a sample shop, and place orders of every outcome."""
    from cli.run import run_demo

    run_demo(once=once, ports=ports, data=data, ready=ready)


@app.command()
def doctor(ready: ReadyIn = None) -> None:
    """Check each server and process, and say what is wrong and what to do."""
    from cli.run import run_doctor

    run_doctor(ready, DEFAULT_DATA)


@app.command()
def invariants(ready: ReadyIn = None) -> None:
    """Check what must always hold of stock, money, orders, events and messages, over a running system."""
    from cli.run import run_invariants

    run_invariants(ready or DEFAULT_DATA / "ready.json")


@app.command()
def mail(
    message: Annotated[
        int | None, typer.Argument(help="The number of a message, to read it; without, all are listed.")
    ] = None,
    ready: ReadyIn = None,
) -> None:
    """List the mail that the system has sent, or show one message."""
    from cli.run import run_mail

    run_mail(message, ready or DEFAULT_DATA / "ready.json")


keys = typer.Typer(help="Show and change the keys that sign access tokens.", no_args_is_help=True)
app.add_typer(keys, name="keys")


@keys.command("list")
def list_keys(ready: ReadyIn = None) -> None:
    """List the keys that are published: which signs, which is to follow, which are there for the tokens that live."""
    from cli.run import run_keys

    run_keys(ready, DEFAULT_DATA, rotating=False)


@keys.command("rotate")
def rotate_keys(ready: ReadyIn = None) -> None:
    """Bring in a new key: published now, signing once everybody has heard of it. Nobody is signed out."""
    from cli.run import run_keys

    run_keys(ready, DEFAULT_DATA, rotating=True)


@keys.command("pair")
def new_pair() -> None:
    """Make the pair of keys by which gateway and command line prove themselves to services, and print it."""
    from cli.run import run_new_pair

    run_new_pair()


app.add_typer(dlq, name="dlq")
app.add_typer(notifications, name="notifications")
app.add_typer(outbox, name="outbox")
app.add_typer(recommendations, name="recommendations")
app.add_typer(schedules, name="schedules")


def run() -> None:
    """The console command."""
    app()
