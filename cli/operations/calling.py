"""Calls a service itself, as a caller that services know; failures become one line. Knows no service."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import aiohttp

from cli.errors import CommandFailed
from cli.stack.checks import reason
from services.infra.calls.sender import Line
from services.infra.identity.callers import Identity
from services.infra.settings import Settings
from services.shared.clock import SystemClock
from services.shared.errors import CaravanError

Answer = TypeVar("Answer")

ANSWER_WITHIN: Final = 10.0
NAME: Final = "cli"


async def answered(url: str, settings: Settings, ask: Callable[[Line], Awaitable[Answer]]) -> Answer:
    """What the service at `url` says. Raises CommandFailed."""
    try:
        identity = Identity(settings.identity.private_key, NAME, SystemClock())
    except ValueError:
        raise CommandFailed(
            "CARAVAN_IDENTITY__PRIVATE_KEY: services are called with one; give the gateway's."
        ) from None
    try:
        async with aiohttp.ClientSession() as session:
            return await ask(Line(session=session, identity=identity, timeout=ANSWER_WITHIN))
    except CaravanError as failure:
        raise CommandFailed(f"The service at {url} says no: {reason(failure)}.") from failure
