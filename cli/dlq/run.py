"""What each command of `caravan dlq` does: signs in, asks, prints, and ends with the exit code."""

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console

from cli.dlq.choices import Wanted
from cli.dlq.client import IDS_AT_ONCE, LettersClient
from cli.dlq.screen import Screen
from cli.dlq.watching import watched
from cli.errors import CommandFailed
from cli.operations.session import as_ops
from cli.run import told

Use = Callable[[LettersClient], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What is to be replayed: ids, or what matches."""

    ids: tuple[str, ...]
    wanted: Wanted
    reason: str
    dry_run: bool
    wait: bool

    def check(self) -> None:
        """Raises CommandFailed unless one of the two was said."""
        if bool(self.ids) == self.wanted.narrows:
            raise CommandFailed("Say what to replay: either ids, or --where; `--where status=parked` is all of it.")
        if len(self.ids) > IDS_AT_ONCE:
            raise CommandFailed(f"At most {IDS_AT_ONCE} ids at once: use --where for more.")


@told
def run_groups(wanted: Wanted, ready: Path | None, *, as_json: bool) -> bool:
    async def use(letters: LettersClient) -> bool:
        _screen(as_json=as_json).groups(await letters.groups(wanted))
        return True

    return _as_ops(ready, use)


@told
def run_letters(wanted: Wanted, first: int, ready: Path | None, *, as_json: bool) -> bool:
    async def use(letters: LettersClient) -> bool:
        found = []
        async for letter in letters.letters(wanted):
            found.append(letter)
            if len(found) == first:
                break
        _screen(as_json=as_json).letters(found)
        return True

    return _as_ops(ready, use)


@told
def run_show(letter_id: str, ready: Path | None, *, as_json: bool) -> bool:
    async def use(letters: LettersClient) -> bool:
        letter = await letters.letter(letter_id)
        if letter is None:
            raise CommandFailed(f"There is no dead letter {letter_id}. `caravan dlq list --letters` lists them.")
        _screen(as_json=as_json).letter(letter)
        return True

    return _as_ops(ready, use)


@told
def run_replay(wish: Replay, ready: Path | None, *, as_json: bool) -> bool:
    wish.check()

    async def use(letters: LettersClient) -> bool:
        screen = _screen(as_json=as_json)
        begun = await letters.replay(wish.ids, wish.wanted, wish.reason, dry_run=wish.dry_run)
        if begun["workflow"] is None or not wish.wait:
            screen.begun(begun)
            return not begun["errors"]
        redrive = await watched(letters, begun, screen)
        screen.redrive(begun, redrive)
        return redrive["state"] == "DONE" and not redrive["tally"]["failed"] and not begun["errors"]

    return _as_ops(ready, use)


@told
def run_discard(ids: tuple[str, ...], reason: str, ready: Path | None, *, as_json: bool) -> bool:
    async def use(letters: LettersClient) -> bool:
        done = await letters.discard(ids, reason)
        _screen(as_json=as_json).discarded(done)
        return not done["errors"]

    return _as_ops(ready, use)


@told
def run_export(wanted: Wanted, to: Path | None, ready: Path | None) -> bool:
    async def use(letters: LettersClient) -> bool:
        try:
            with to.open("w") if to else nullcontext(sys.stdout) as out:
                count = await _written(letters.letters(wanted, whole=True), out)
        except OSError as failure:
            raise CommandFailed(f"{to} cannot be written: {failure.strerror}.") from failure
        Console(stderr=True).print(f"{count} dead letters", highlight=False)
        return True

    return _as_ops(ready, use)


async def _written(letters: AsyncIterator[dict[str, object]], out: TextIO) -> int:
    count = 0
    async for letter in letters:
        out.write(json.dumps(letter, ensure_ascii=False) + "\n")
        count += 1
    return count


def _screen(*, as_json: bool) -> Screen:
    return Screen(Console(), as_json=as_json)


def _as_ops(ready: Path | None, use: Use) -> bool:
    """Raises CommandFailed for whatever goes wrong on the way."""
    return as_ops(ready, lambda ask: use(LettersClient(ask)))
