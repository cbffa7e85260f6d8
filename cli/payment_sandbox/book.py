"""The sandbox's durable memory: every answer it gave, one JSON line each, in a file that is only appended to.

A line is written before its answer is sent, by one `write` and without `fsync`: what the kernel has been given survives
the death of this process (`kill -9` too), which is what the sandbox promises; a loss of power it does not survive.
A line: `{"key", "kind", "asked", "status", "answer", "at"}`, and `"entry"`, the ledger's line, if money moved.
"""

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

from cli.payment_sandbox.rules import Asked, Authorization, Decision, Kind, decided
from services.shared.clock import Clock

MISMATCH = Decision(
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    answer={"code": "idempotency_mismatch", "message": "the key was used with another body"},
)


LINE = frozenset({"key", "kind", "asked", "status", "answer", "at"})


class BookError(Exception):
    """The file cannot be used: another process has it, or it is no book."""


class Book:
    """What the provider knows. Nothing in it waits, so calls are answered one after the other."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Opens or makes the file, and learns what is in it. Raises BookError."""
        self._clock = clock
        self._lines: dict[str, Mapping[str, Any]] = {}
        self._authorizations: dict[str, Authorization] = {}
        self._ledger: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _claim(self._file)
            self._size = self._learn(path.read_bytes())
        except BookError:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._file)

    def knows(self, key: str) -> bool:
        """Whether a call with this key was answered before."""
        return key in self._lines

    def method_of(self, asked: Asked) -> str:
        """The payment method that a call is about; empty when that is not known."""
        if "method" in asked:
            return asked["method"]
        authorization = self._authorizations.get(asked["reference"])
        return authorization.method if authorization else ""

    def answer(self, kind: Kind, key: str, asked: Asked) -> Decision:
        """The answer under this key, the same one for ever. Raises OSError when it cannot be kept."""
        known = self._lines.get(key)
        if known is None:
            decision = decided(kind, key, asked, self._authorizations)
            self._keep(self._line(kind, key, asked, decision))
            return decision
        if (known["kind"], known["asked"]) != (kind, asked):
            return MISMATCH
        return Decision(status=known["status"], answer=known["answer"])

    def ledger(self, order: str | None = None) -> Iterable[Mapping[str, str]]:
        """What was done with money, oldest first; all of it, or an order's."""
        if order is not None:
            return self._ledger.get(order, ())
        return (line["entry"] for line in self._lines.values() if "entry" in line)

    def _line(self, kind: Kind, key: str, asked: Asked, decision: Decision) -> Mapping[str, Any]:
        moment = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"key": key, "kind": kind.value, "asked": asked, "status": int(decision.status)}
        line |= {"answer": decision.answer, "at": moment}
        if decision.entry is not None:
            line["entry"] = {**decision.entry, "idempotencyKey": key, "at": moment}
        return line

    def _keep(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        if os.write(self._file, text) != len(text):
            os.ftruncate(self._file, self._size)
            raise OSError("the line could not be written whole")
        self._size += len(text)
        self._apply(line)

    def _learn(self, text: bytes) -> int:
        """Takes in a file; a line that its writer's death cut off was never answered, and is cut away."""
        whole = text[: text.rfind(b"\n") + 1]
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                self._apply(_line_of(line))
            except (ValueError, KeyError, TypeError) as failure:
                raise BookError(f"line {number} of the data file is no line of a payment sandbox") from failure
        if len(whole) < len(text):
            os.ftruncate(self._file, len(whole))
        return len(whole)

    def _apply(self, line: Mapping[str, Any]) -> None:
        self._lines[line["key"]] = line
        if "entry" in line:
            self._move(line["entry"], line["asked"])

    def _move(self, entry: Mapping[str, str], asked: Asked) -> None:
        self._ledger[entry["order"]].append(entry)
        kind, amount = Kind(entry["kind"]), Decimal(entry["amount"])
        if kind is Kind.AUTHORIZATION:
            self._authorizations[entry["reference"]] = Authorization(
                order=entry["order"], amount=amount, currency=entry["currency"], method=asked["method"]
            )
            return
        authorization = self._authorizations[entry["reference"]]
        if kind is Kind.CAPTURE:
            authorization.captured = amount
        elif kind is Kind.REFUND:
            authorization.refunded += amount
        else:
            authorization.voided = True


def _line_of(text: bytes) -> Mapping[str, Any]:
    """A line of the file. Raises ValueError when it is none."""
    line = json.loads(text)
    if not isinstance(line, dict) or not line.keys() >= LINE:
        raise ValueError("no line of a book")
    return line


def _claim(file: int) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as failure:
        raise BookError("another payment sandbox uses this data file") from failure
