"""Children: no one survives the parent, whatever kills it; one that dies is started again; none starts unseen."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from cli.errors import CommandFailed
from cli.stack.part import Launch, Part, Tell, Tier
from cli.stack.process.guard import Guard
from cli.stack.process.keeper import Keeper, Yard
from cli.stack.process.lock import lock_folder
from cli.stack.report import State
from cli.stack.tools import Kind, Source
from tests.stack.processes import alive, is_there, until

HERE = Source(kind=Kind.PACKAGE, name="test")
SLEEPER = ("/bin/sh", "-c", "echo started; sleep 600 & wait")
"""A child with a child of its own."""
PARENT = """
import asyncio, os, sys
from pathlib import Path
from cli.stack.part import Launch
from cli.stack.process.child import Child
from cli.stack.process.guard import Guard
from cli.stack.process.lock import lock_folder

async def main(folder):
    guard = Guard(lock_folder(folder))
    await guard.start()
    launch = Launch(argv=("/bin/sh", "-c", "echo $$; sleep 600 & echo $!; wait"))
    children = [await Child.start(launch, folder / name, guard) for name in ("one", "two")]
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1])))
"""


@dataclass
class Written:
    """A Report that remembers."""

    states: list[tuple[State, str]] = field(default_factory=list)

    def state(self, part: Part, state: State, note: str) -> None:  # noqa: ARG002 (a Report)
        self.states.append((state, note))

    def count(self, state: State) -> int:
        return sum(seen is state for seen, _ in self.states)


@dataclass(frozen=True, kw_only=True)
class Toy:
    """A part that is ready when its file is there."""

    argv: tuple[str, ...] = SLEEPER
    ready: Path | None = None
    name: str = "toy"
    title: str = "Toy"
    tier: Tier = Tier.SERVER
    address: str = "nowhere"
    source: Source = HERE

    async def launch(self, tell: Tell) -> Launch:  # noqa: ARG002 (a Part)
        return Launch(argv=self.argv)

    async def check(self) -> str:
        if self.ready and not self.ready.exists():
            raise FileNotFoundError(self.ready)
        return "as new"


@dataclass(kw_only=True)
class World:
    """A yard in a folder, and what was reported there."""

    yard: Yard
    report: Written
    changes: list[None]
    guard: Guard


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    lock = lock_folder(tmp_path)
    guard, report, changes = Guard(lock), Written(), list[None]()
    await guard.start()
    yard = Yard(guard=guard, logs=tmp_path, report=report, changed=lambda: changes.append(None))
    yield World(yard=yard, report=report, changes=changes, guard=guard)
    await guard.stop()
    os.close(lock)


async def eventually(what: str, holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(until, what, holds)


async def test_a_child_that_dies_is_started_again_and_told(world: World) -> None:
    keeper = Keeper(Toy(), world.yard)
    await keeper.start()
    first = keeper.pid
    assert first
    os.kill(first, signal.SIGKILL)
    await eventually("back", lambda: bool(world.changes))
    assert keeper.pid not in {None, first}
    assert (State.DOWN, "ended (killed by SIGKILL); starts again in 0.5 s") in world.report.states
    assert world.report.states[-1] == (State.READY, "back as new")
    await keeper.stop(1)
    assert not is_there(keeper.pid or 0)


async def test_a_child_is_signalled_by_itself_and_scheduled_with_all_others(world: World) -> None:
    keeper = Keeper(Toy(), world.yard)
    await keeper.start()
    child = keeper.pid or 0
    assert os.getpgid(child) == child
    assert os.getsid(child) == os.getsid(0), "what gives way there gives way to its own process alone"
    await keeper.stop(1)


async def test_the_pause_grows_while_it_keeps_dying(world: World) -> None:
    keeper = Keeper(Toy(argv=("/bin/sh", "-c", "read line < /dev/null; sleep 0.2")), world.yard)
    await keeper.start()
    await eventually("three ends", lambda: world.report.count(State.DOWN) >= 3)
    await keeper.stop(0)
    pauses = [note.rpartition("in ")[2] for state, note in world.report.states if state is State.DOWN]
    assert pauses[:3] == ["0.5 s", "1 s", "2 s"]


async def test_a_child_that_ends_at_its_start_is_one_line_with_its_last_words(world: World, tmp_path: Path) -> None:
    keeper = Keeper(Toy(argv=("/bin/sh", "-c", "echo no disk; exit 3"), ready=tmp_path / "never"), world.yard)
    with pytest.raises(CommandFailed, match=r"Toy ended while it started \(exit code 3\)\. Its last words: no disk"):
        await keeper.start()
    await keeper.stop(0)


async def test_a_program_that_is_not_there_is_one_line(world: World, tmp_path: Path) -> None:
    keeper = Keeper(Toy(argv=(str(tmp_path / "nothing"),), ready=tmp_path / "never"), world.yard)
    with pytest.raises(CommandFailed, match="exit code 127"):
        await keeper.start()


async def test_a_child_that_ignores_sigterm_is_killed_with_its_children(world: World, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = f"trap '' TERM; sleep 600 & echo $! > {ready}.part; mv {ready}.part {ready}; while :; do wait; done"
    keeper = Keeper(Toy(argv=("/bin/sh", "-c", script), ready=ready), world.yard)
    await keeper.start()
    pids = {keeper.pid or 0, int(ready.read_text())}
    assert alive(pids) == pids
    await keeper.stop(0.2)
    await eventually("gone", lambda: not alive(pids))


async def test_the_guard_outlives_its_guardian(world: World) -> None:
    keeper = Keeper(Toy(), world.yard)
    await keeper.start()
    child, guardian = keeper.pid or 0, world.guard._process
    assert guardian
    guardian.kill()
    await eventually("a new guardian", lambda: world.guard._process not in {None, guardian})
    assert is_there(child)
    # The new one knows the old child: when the guard ends without a word of it, it is killed.
    await world.guard.stop()
    await eventually("gone", lambda: not is_there(child))
    await keeper.stop(0)


def guardians(parent: int) -> list[psutil.Process]:
    children = psutil.Process(parent).children()
    return [child for child in children if any("guardian" in word for word in child.cmdline())]


def test_no_child_survives_a_killed_parent_and_the_folder_is_free_again(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, tmp_path], cwd=Path(__file__).parents[2]) as parent:
        logs = [tmp_path / "one", tmp_path / "two"]
        until("both started", lambda: all(log.exists() and len(log.read_text().split()) == 2 for log in logs))
        pids = {int(pid) for log in logs for pid in log.read_text().split()}
        assert alive(pids) == pids
        with pytest.raises(CommandFailed, match=rf"already runs on .* \(pid {parent.pid}\)"):
            lock_folder(tmp_path)
        (guardian,) = guardians(parent.pid)
        # Held up, the guardian still keeps the folder to itself.
        guardian.suspend()
        parent.kill()
        parent.wait()
        descriptor = os.open(tmp_path / "lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)
        guardian.resume()
        os.close(lock_folder(tmp_path))
        # Whoever gets the lock finds nobody alive.
        assert alive(pids) == set()
