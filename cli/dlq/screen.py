"""How dead letters look on a terminal, or as JSON for scripts. Asks for nothing, decides nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.status import Status

from cli.operations.printing import Printer

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

NONE: Final = "No dead letters."

TALLY: Final = {
    "applied": "applied",
    "alreadyApplied": "already applied",
    "superseded": "superseded",
    "failed": "failed",
}


class Screen(Printer):
    """Prints; with `as_json`, one JSON value a command."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        super().__init__(console, as_json=as_json)
        self._status: Status | None = None

    def groups(self, groups: Sequence[Json]) -> None:
        """What failed alike."""
        if self.json(groups):
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
        self.table(("count", "consumer", "type", "error", "fingerprint", "oldest"), rows, NONE)

    def letters(self, letters: Sequence[Json]) -> None:
        """One line each."""
        if self.json(letters):
            return
        rows = [
            (each["id"], each["status"], each["consumer"], each["eventType"], each["errorType"], each["lastFailedAt"])
            for each in letters
        ]
        self.table(("id", "status", "consumer", "type", "error", "last failed"), rows, NONE)

    def letter(self, letter: Json) -> None:
        """All of one."""
        if self.json(letter):
            return
        for name, title in FIELDS.items():
            if letter[name] is not None:
                self.line(f"{title:14}{letter[name]}")
        self.line(f"{'record':14}partition {letter['partition']}, offset {letter['offset']}")
        if workflow := letter["workflow"]:
            self.line(f"{'workflow':14}{workflow['id']}  {workflow['status']}  {workflow['url'] or ''}")
        for replay in letter["replayHistory"]:
            self.line(f"{'replayed':14}{_replayed(replay)}")
        for header in letter["headers"]:
            self.line(f"{'header':14}{header['name']}: {header['value']}")
        self.line(f"\n{letter['payload']}")

    def begun(self, begun: Json) -> None:
        """A redrive that nobody waits for, or none."""
        if self.json(begun):
            return
        self._problems(begun)
        if begun["workflow"] is None:
            self.line("There is nothing to replay.")
        else:
            self.line(f"{begun['count']} dead letters are being replayed: {begun['workflow']['id']}")

    def redrive(self, begun: Json, redrive: Json) -> None:
        """How it ended."""
        if self.json({**redrive, "errors": begun["errors"]}):
            return
        self._problems(begun)
        dry = redrive["dryRun"]
        for each in redrive["prospects"] if dry else redrive["failures"]:
            self.line(f"{each['id']}  {each.get('prospect', 'FAILED')}  {_why(each)}".rstrip())
        told = ", ".join(f"{redrive['tally'][name]} {title}" for name, title in TALLY.items())
        self.line(f"{'DRY RUN' if dry else redrive['state']}: {redrive['tally']['done']} of {redrive['total']}: {told}")
        if redrive["state"] == "STOPPED":
            self.line("Too much of the canary failed again: the other letters were left alone.")

    def discarded(self, done: Json) -> None:
        """How many, and why not others."""
        if self.json(done):
            return
        self._problems(done)
        self.line(f"{done['count']} dead letters discarded")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While a redrive is under way; shows `progress` on a terminal only."""
        if self.as_json or not self.console.is_terminal:
            yield
            return
        with self.console.status("replaying") as self._status:
            yield
        self._status = None

    def progress(self, redrive: Json) -> None:
        """How far it is."""
        if self._status is not None:
            self._status.update(f"{redrive['state']}: {redrive['tally']['done']} of {redrive['total']}")

    def _problems(self, answer: Json) -> None:
        for problem in answer["errors"]:
            where = ".".join(problem["path"] or ())
            self.line(f"{where}: {problem['code']}: {problem['message']}")


def _why(letter: Mapping[str, str | None]) -> str:
    return ": ".join(part for part in (letter["errorType"], letter["errorMessage"]) if part)


def _replayed(replay: Json) -> str:
    reason = f" ({replay['reason']})" if replay["reason"] else ""
    why = f" ({replay['detail']})" if replay["detail"] else ""
    return f"{replay['at']} by {replay['actorId']}{reason}: {replay['verdict']}{why}, {replay['workflow']['id']}"
