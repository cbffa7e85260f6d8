"""How dead letters look on a terminal, or as JSON for scripts. Asks for nothing, decides nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.status import Status
from rich.table import Table

Json = dict[str, Any]

FIELDS: Final = {
    "id": "id",
    "status": "status",
    "consumer": "consumer",
    "topic": "topic",
    "eventType": "type",
    "eventId": "event",
    "key": "key",
    "correlationId": "belongs to",
    "disposition": "disposition",
    "errorType": "error",
    "errorMessage": "message",
    "fingerprint": "fingerprint",
    "attempts": "attempts",
    "firstFailedAt": "first failed",
    "lastFailedAt": "last failed",
    "replays": "replays",
    "note": "note",
}
"""What is shown of a letter, in this order, and what it is called."""

WIDEST: Final = 10_000
"""Characters of a line of a table: more than one ever has."""

TALLY: Final = {
    "applied": "applied",
    "alreadyApplied": "already applied",
    "superseded": "superseded",
    "failed": "failed",
}


class Screen:
    """Prints; with `as_json`, one JSON value a command."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._status: Status | None = None

    def groups(self, groups: Sequence[Json]) -> None:
        """What failed alike."""
        if self._json(groups):
            return
        rows = [
            (
                str(each["count"]),
                each["consumer"],
                each["eventType"],
                each["errorType"],
                each["fingerprint"],
                each["oldest"],
            )
            for each in groups
        ]
        self._table(("count", "consumer", "type", "error", "fingerprint", "oldest"), rows)

    def letters(self, letters: Sequence[Json]) -> None:
        """One line each."""
        if self._json(letters):
            return
        rows = [
            (each["id"], each["status"], each["consumer"], each["eventType"], each["errorType"], each["lastFailedAt"])
            for each in letters
        ]
        self._table(("id", "status", "consumer", "type", "error", "last failed"), rows)

    def letter(self, letter: Json) -> None:
        """All of one."""
        if self._json(letter):
            return
        for name, title in FIELDS.items():
            if letter[name] is not None:
                self._line(f"{title:14}{letter[name]}")
        self._line(f"{'record':14}partition {letter['partition']}, offset {letter['offset']}")
        if workflow := letter["workflow"]:
            self._line(f"{'workflow':14}{workflow['id']}  {workflow['status']}  {workflow['url'] or ''}")
        for replay in letter["replayHistory"]:
            self._line(f"{'replayed':14}{_replayed(replay)}")
        for header in letter["headers"]:
            self._line(f"{'header':14}{header['name']}: {header['value']}")
        self._line(f"\n{letter['payload']}")

    def begun(self, begun: Json) -> None:
        """A redrive that nobody waits for, or none."""
        if self._json(begun):
            return
        self._problems(begun)
        if begun["workflow"] is None:
            self._line("There is nothing to replay.")
        else:
            self._line(f"{begun['count']} dead letters are being replayed: {begun['workflow']['id']}")

    def redrive(self, begun: Json, redrive: Json) -> None:
        """How it ended."""
        if self._json({**redrive, "errors": begun["errors"]}):
            return
        self._problems(begun)
        dry = redrive["dryRun"]
        for each in redrive["prospects"] if dry else redrive["failures"]:
            self._line(f"{each['id']}  {each.get('prospect', 'FAILED')}  {_why(each)}".rstrip())
        told = ", ".join(f"{redrive['tally'][name]} {title}" for name, title in TALLY.items())
        self._line(
            f"{'DRY RUN' if dry else redrive['state']}: {redrive['tally']['done']} of {redrive['total']}: {told}"
        )
        if redrive["state"] == "STOPPED":
            self._line("Too much of the canary failed again: the other letters were left alone.")

    def discarded(self, done: Json) -> None:
        """How many, and why not others."""
        if self._json(done):
            return
        self._problems(done)
        self._line(f"{done['count']} dead letters discarded")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While a redrive is under way; shows `progress` on a terminal only."""
        if self._as_json or not self._console.is_terminal:
            yield
            return
        with self._console.status("replaying") as self._status:
            yield
        self._status = None

    def progress(self, redrive: Json) -> None:
        """How far it is."""
        if self._status is not None:
            self._status.update(f"{redrive['state']}: {redrive['tally']['done']} of {redrive['total']}")

    def _problems(self, answer: Json) -> None:
        for problem in answer["errors"]:
            where = ".".join(problem["path"] or ())
            self._line(f"{where}: {problem['code']}: {problem['message']}")

    def _table(self, titles: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        if not rows:
            self._line("No dead letters.")
            return
        table = Table(*titles, box=None)
        for row in rows:
            table.add_row(*(harmless(value or "") for value in row))
        # No narrower than it is: an id that is cut cannot be copied. Printing alone would never go beyond the terminal.
        wide = self._console.measure(table, options=self._console.options.update(width=WIDEST)).maximum
        self._console.width = max(wide, self._console.width)
        self._console.print(table, soft_wrap=True, markup=False, highlight=False)

    def _line(self, line: str) -> None:
        self._console.print(harmless(line), markup=False, highlight=False, soft_wrap=True)

    def _json(self, value: object) -> bool:
        if self._as_json:
            self._line(json.dumps(value, ensure_ascii=False, indent=2))
        return self._as_json


def harmless(text: str) -> str:
    """The text without what a terminal would obey: anybody may have written the record that it comes from."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _why(letter: Mapping[str, str | None]) -> str:
    return ": ".join(part for part in (letter["errorType"], letter["errorMessage"]) if part)


def _replayed(replay: Json) -> str:
    why = f" ({replay['detail']})" if replay["detail"] else ""
    return f"{replay['at']} by {replay['actorId']}: {replay['verdict']}{why}, {replay['workflow']['id']}"
