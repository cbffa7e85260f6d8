"""The files of the published contract, and their one rule: what was published once stays, and only gains.

`published.json` is the promise: `make events` adds to it and never takes away, so that neither a deleted schema nor a
careless regeneration gets a break through. Whoever means to break a promise has to edit that file by hand.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from services.infra.kafka.topics import TOPICS
from services.shared.schemas.known import KnownTypes
from workers.consumers import CONSUMERS
from workers.contract.asyncapi import asyncapi
from workers.contract.compatibility import breaks
from workers.contract.schemas import Schema, schema_of
from workers.event_types import KNOWN_TYPES

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "events"
PROMISE: Final = "published.json"
ASYNCAPI: Final = "asyncapi.json"
SCHEMAS: Final = "schemas"


def documents(known: KnownTypes = KNOWN_TYPES) -> dict[str, Any]:
    """What each file but the promise is to hold, by its path below the folder."""
    schemas = {f"{SCHEMAS}/{each.name}.json": schema_of(each) for each in known}
    return {ASYNCAPI: asyncapi(known, TOPICS, CONSUMERS), **schemas}


def broken_promises(promise: Mapping[str, Schema], known: KnownTypes = KNOWN_TYPES) -> Iterator[str]:
    """What the code does not keep of what was published, each as a line for a person."""
    current = {each.name: schema_of(each) for each in known}
    for name, published in promise.items():
        if name in current:
            yield from (f"{name}: {line}" for line in breaks(published, current[name]))
        else:
            yield f"{name}: the type is gone"


def read_promise(folder: Path = FOLDER) -> dict[str, Schema]:
    """The published schemas by type.

    Raises:
        FileNotFoundError: somebody has deleted it; it is to be taken from the version control, never begun anew.
    """
    promise: dict[str, Schema] = json.loads((folder / PROMISE).read_text(encoding="utf-8"))
    return promise


def stale(folder: Path = FOLDER) -> list[str]:
    """The files that are not as the code would write them, or that nothing writes any more."""
    wanted = {name: _text(value) for name, value in documents().items()}
    wanted[PROMISE] = _text({each.name: schema_of(each) for each in KNOWN_TYPES})
    there = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.json")}
    return sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Writes all files anew; writes none, and answers what is broken, when a promise would be."""
    if broken := list(broken_promises(read_promise(folder))):
        return broken
    (folder / SCHEMAS).mkdir(exist_ok=True)
    for path in (folder / SCHEMAS).glob("*.json"):
        path.unlink()
    for name, value in documents().items():
        (folder / name).write_text(_text(value), encoding="utf-8")
    promise = {each.name: schema_of(each) for each in KNOWN_TYPES}
    (folder / PROMISE).write_text(_text(promise), encoding="utf-8")
    return []


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
