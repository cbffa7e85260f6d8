"""What `caravan recommendations refresh` and `rebuild` do: sign in, ask, print, and end with the exit code."""

import asyncio
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.operations.printing import Printer
from cli.operations.session import PROBLEMS, Ask, Json, as_ops, refusal_of
from cli.run import told

REFRESH: Final = f"""mutation ($user: ID) {{
  done: refreshRecommendations(userId: $user) {{ workflow {{ id }} {PROBLEMS} }} }}"""
REBUILD: Final = f"mutation {{ done: rebuildRecommendations {{ workflow {{ id }} {PROBLEMS} }} }}"
LOOK: Final = "query ($id: ID!) { workflow(id: $id) { status } }"

RUNNING: Final = "RUNNING"
WELL: Final = "COMPLETED"
LOOK_EVERY: Final = 1.0
"""Seconds."""


@told
def run_refresh(user: str | None, ready: Path | None, *, wait: bool, as_json: bool) -> bool:
    async def use(ask: Ask) -> bool:
        return await _begun(
            ask, (await ask(REFRESH, user=user))["done"], Printer(Console(), as_json=as_json), wait=wait
        )

    return as_ops(ready, use)


@told
def run_rebuild(ready: Path | None, *, wait: bool, as_json: bool) -> bool:
    async def use(ask: Ask) -> bool:
        return await _begun(ask, (await ask(REBUILD))["done"], Printer(Console(), as_json=as_json), wait=wait)

    return as_ops(ready, use)


async def _begun(ask: Ask, payload: Json, printer: Printer, *, wait: bool) -> bool:
    """Tells of the workflow; with `wait`, how it ended, and whether that was a good end. Raises Refusal."""
    if payload["errors"]:
        raise refusal_of(payload)
    workflow: Json = payload["workflow"]
    status = await _end(ask, workflow["id"]) if wait else RUNNING
    if not printer.json({**workflow, "status": status}):
        printer.line(f"{workflow['id']}: {status.lower()}")
    return status in {RUNNING, WELL}


async def _end(ask: Ask, workflow_id: str) -> str:
    """How it ended."""
    while (status := (await ask(LOOK, id=workflow_id))["workflow"]["status"]) == RUNNING:  # noqa: ASYNC110 (elsewhere)
        await asyncio.sleep(LOOK_EVERY)
    return str(status)
