"""What can be chosen on the command line of `caravan dlq`: which letters. Loads nothing, asks for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import typer

FIELDS: Final = {
    "consumer": "consumer",
    "topic": "topic",
    "type": "eventType",
    "error": "errorType",
    "fingerprint": "fingerprint",
    "status": "status",
}
"""The conditions, and what GraphQL's `DeadLetterFilter` calls them."""

STATUSES: Final = ("parked", "replayed", "discarded", "quarantined", "all")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters: those that fulfil all of the conditions, by GraphQL's names. Without a status the PARKED ones."""

    conditions: tuple[tuple[str, str | None], ...]

    @property
    def narrows(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.conditions)

    def as_input(self) -> dict[str, str | None]:
        """GraphQL's `DeadLetterFilter`."""
        return {"status": "PARKED", **dict(self.conditions)}


def wanted_of(words: Sequence[str]) -> Wanted:
    """What `--where` says. Raises typer.BadParameter for what is no condition."""
    return Wanted(tuple(_condition(word) for word in words))


def _condition(word: str) -> tuple[str, str | None]:
    name, _, value = word.partition("=")
    if name not in FIELDS or not value:
        raise typer.BadParameter(f"{word}: must be one of {', '.join(FIELDS)}, then = and a value")
    if name != "status":
        return FIELDS[name], value
    if value.lower() not in STATUSES:
        raise typer.BadParameter(f"{word}: the status must be one of {', '.join(STATUSES)}")
    return "status", None if value.lower() == "all" else value.upper()
