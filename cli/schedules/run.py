"""What each command of `caravan schedules` does: signs in, asks, prints, and ends with the exit code."""

from pathlib import Path
from typing import Final

from rich.console import Console

from cli.operations.printing import Printer
from cli.operations.session import PROBLEMS, Ask, Json, as_ops, refusal_of
from cli.run import told

FIELDS: Final = "id cadence workflowType paused note lastRunAt nextRunAt"
LIST: Final = f"{{ schedules {{ {FIELDS} }} }}"
TRIGGER: Final = f"""mutation ($id: ID!) {{
  done: triggerSchedule(id: $id) {{ schedule {{ {FIELDS} }} {PROBLEMS} }} }}"""
PAUSE: Final = f"""mutation ($id: ID!, $paused: Boolean!) {{
  done: pauseSchedule(id: $id, paused: $paused) {{ schedule {{ {FIELDS} }} {PROBLEMS} }} }}"""

TITLES: Final = ("id", "runs", "last run", "next run", "workflow", "note")


@told
def run_list(ready: Path | None, *, as_json: bool) -> bool:
    async def use(ask: Ask) -> bool:
        printer = Printer(Console(), as_json=as_json)
        found = (await ask(LIST))["schedules"]
        if not printer.json(found):
            printer.table(TITLES, [_row(each) for each in found], "No schedules: services make them when they start.")
        return True

    return as_ops(ready, use)


@told
def run_trigger(schedule_id: str, ready: Path | None, *, as_json: bool) -> bool:
    async def use(ask: Ask) -> bool:
        found = await _done(ask, TRIGGER, id=schedule_id)
        _tell(found, f"{found['id']} was told to run; its last run began at {found['lastRunAt']}", as_json=as_json)
        return True

    return as_ops(ready, use)


@told
def run_pause(schedule_id: str, ready: Path | None, *, paused: bool, as_json: bool) -> bool:
    async def use(ask: Ask) -> bool:
        found = await _done(ask, PAUSE, id=schedule_id, paused=paused)
        state = "is paused" if found["paused"] else f"goes on, next at {found['nextRunAt']}"
        _tell(found, f"{found['id']} {state}", as_json=as_json)
        return True

    return as_ops(ready, use)


async def _done(ask: Ask, document: str, **variables: object) -> Json:
    """The schedule as it is now. Raises Refusal."""
    payload: Json = (await ask(document, **variables))["done"]
    if payload["errors"]:
        raise refusal_of(payload)
    schedule: Json = payload["schedule"]
    return schedule


def _tell(found: Json, words: str, *, as_json: bool) -> None:
    printer = Printer(Console(), as_json=as_json)
    if not printer.json(found):
        printer.line(words)


def _row(found: Json) -> tuple[str | None, ...]:
    following = "paused" if found["paused"] else found["nextRunAt"]
    return (found["id"], found["cadence"], found["lastRunAt"], following, found["workflowType"], found["note"])
