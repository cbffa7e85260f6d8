"""What each command does, from the settings to the exit code. One place turns failures into one line and exit 1."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec

from pydantic import ValidationError
from rich.console import Console

from cli.errors import CommandFailed
from cli.ready import read_ready
from cli.screen import Screen
from cli.stack.checks import reason
from cli.stack.choices import Only, PortChoice
from cli.stack.up import Order, Stack, stack_up
from services.infra.settings import Settings, what_is_wrong

Arguments = ParamSpec("Arguments")
SEE_DOCTOR = "`caravan doctor` says what is wrong with the servers."
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Use = Callable[[Stack], Awaitable[bool]]


def told(command: Callable[Arguments, bool]) -> Callable[Arguments, NoReturn]:
    """Runs a command to its exit code: 0 when it returns true. A failure that a person can mend is one line."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> NoReturn:
        # What libraries log is no news for the person; the checks raise what matters.
        logging.getLogger().addHandler(logging.NullHandler())
        try:
            good = command(*args, **kwargs)
        except CommandFailed as failure:
            Console(stderr=True).print(f"caravan: {failure}", markup=False, highlight=False, soft_wrap=True)
            good = False
        # Before the interpreter ends: a Temporal client that is dropped during its shutdown can crash the process.
        gc.collect()
        sys.exit(0 if good else 1)

    return run


def settings_from_environment() -> Settings:
    """Raises CommandFailed that names each variable with a value that cannot be used, and not the value."""
    try:
        return Settings()
    except ValidationError as failure:
        raise CommandFailed(f"The environment cannot be used: {what_is_wrong(failure)}") from None


@told
def run_up(*, ports: PortChoice, data: Path, ready: Path | None, only: Only, attached: bool) -> bool:
    async def stay(_: Stack) -> bool:
        await asyncio.Event().wait()
        return True

    return _until_signal(_with_stack(_order(ports, data, ready, only), stay), attached=attached)


@told
def run_demo(*, once: bool, ports: PortChoice, data: Path, ready: Path | None) -> bool:
    async def play(stack: Stack) -> bool:
        from cli.demo.command import run_demo as play_demo
        from cli.graphql_client import GraphqlFailure
        from cli.shop_views import Refusal

        try:
            good = await play_demo(stack.addresses, once)
        except (GraphqlFailure, Refusal) as failure:
            raise CommandFailed(f"The sample shop cannot be opened: {reason(failure)}. {SEE_DOCTOR}") from failure
        if not once:
            await asyncio.Event().wait()
        return good

    return _until_signal(_with_stack(_order(ports, data, ready, Only.EVERYTHING), play))


@told
def run_doctor(ready: Path | None, data: Path) -> bool:
    from cli.doctor.examine import examine

    usual = data / "ready.json"
    addresses = read_ready(ready or usual) if ready or usual.exists() else None
    return asyncio.run(examine(addresses, settings_from_environment(), Console()))


@told
def run_invariants(ready: Path) -> bool:
    from cli.invariants.command import check_invariants

    addresses = read_ready(ready)
    settings_from_environment()  # It is read again further in: what is wrong with it has to be told here, as such.
    try:
        findings = asyncio.run(check_invariants(addresses))
    except Exception as failure:
        raise CommandFailed(f"The system cannot be read: {reason(failure)}. {SEE_DOCTOR}") from failure
    console = Console()
    for finding in findings:
        console.print(
            f"{'holds ' if finding.holds else 'BROKEN'}  {finding.name}: {finding.detail}", markup=False, soft_wrap=True
        )
    return all(finding.holds for finding in findings)


@told
def run_mail(message: int | None, ready: Path) -> bool:
    from cli.mail import show_mail

    return asyncio.run(show_mail(read_ready(ready).mailbox, message, Console()))


@told
def run_keys(ready: Path | None, data: Path, *, rotating: bool) -> bool:
    from cli.keys import rotate, show_keys

    usual, settings = data / "ready.json", settings_from_environment()
    running = read_ready(ready or usual) if ready or usual.exists() else None
    work = rotate if rotating else show_keys
    return asyncio.run(work(running.services if running else settings.services.users, settings, Console()))


@told
def run_new_pair() -> bool:
    from cli.keys import show_new_pair

    return show_new_pair(Console())


def _order(ports: PortChoice, data: Path, ready: Path | None, only: Only) -> Order:
    folder = data.absolute()
    return Order(data=folder, ready=(ready or folder / "ready.json").absolute(), ports=ports, only=only)


async def _with_stack(order: Order, use: Use) -> bool:
    screen = Screen(Console())
    async with AsyncExitStack() as exits:
        with screen.live():
            stack = await exits.enter_async_context(stack_up(order, settings_from_environment(), screen))
        screen.addresses(stack.addresses)
        screen.say("\nEverything runs. Ctrl-C stops it.")
        return await use(stack)


def _until_signal(work: Coroutine[None, None, bool], *, attached: bool = False) -> bool:
    """Runs until done or until Ctrl-C or SIGTERM, which end it in good order: true then.

    `attached`: the end of standard input, a pipe that nobody writes to, ends it likewise.
    """

    async def run() -> bool:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            # Wrappers pass on a signal that the terminal has sent already: the second one must not disturb the stop.
            loop.add_signal_handler(number, stop.set)
        if attached:
            loop.add_reader(sys.stdin, _hung_up, stop)
        task, told_to_stop = asyncio.create_task(work), asyncio.create_task(stop.wait())
        await asyncio.wait({task, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        told_to_stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return True if task.cancelled() else task.result()

    return asyncio.run(run())


def _hung_up(stop: asyncio.Event) -> None:
    asyncio.get_running_loop().remove_reader(sys.stdin)
    stop.set()
