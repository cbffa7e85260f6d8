"""Watches a redrive until it has ended. It goes on without anybody who watches. Decides nothing."""

import asyncio
from typing import Any, Final

from cli.dlq.client import LettersClient
from cli.dlq.screen import Screen
from cli.errors import CommandFailed

FIRST_LOOK: Final = 0.1
LONGEST_LOOK: Final = 2.0
"""Seconds between two looks."""

OVER: Final = frozenset({"DONE", "STOPPED", "CANCELLED"})


async def watched(letters: LettersClient, begun: dict[str, Any], screen: Screen) -> dict[str, Any]:
    """How it ended. Raises CommandFailed when nobody knows of it, or nobody wants to watch any more."""
    redrive_id = begun["workflow"]["id"]
    pause = FIRST_LOOK
    with screen.watching():
        try:
            while (redrive := await letters.redrive(redrive_id)) is None or not _is_over(redrive):
                if redrive is not None:
                    screen.progress(redrive)
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_LOOK)
        except asyncio.CancelledError:
            raise CommandFailed(f"{redrive_id} goes on. Cancel that workflow to end it.") from None
    return redrive


def _is_over(redrive: dict[str, Any]) -> bool:
    """It has come to its end, or somebody has ended its workflow from outside."""
    return redrive["state"] in OVER or not redrive["runs"]
