"""What each command of `caravan notifications` does: asks the service, prints, and ends with the exit code."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from rich.console import Console

from cli.errors import CommandFailed
from cli.operations.auditing import audited, intent_of
from cli.operations.calling import answered
from cli.operations.printing import Printer
from cli.operations.session import USUAL_READY, as_actor
from cli.ready import read_ready
from cli.run import settings_from_environment, told
from services.infra.calls.sender import Line
from services.infra.http import Caller
from services.notifications.client import NotificationsClient
from services.notifications.models import Lane, LanePause
from services.notifications.ports import Notifications
from services.notifications.recipients.client import SuppressionsClient
from services.notifications.recipients.ports import Suppressions
from services.shared.actors import Actor
from services.users.audit.models import Intent

Answer = TypeVar("Answer")

CONTEXT: Final = "notifications"
TITLES: Final = ("lane", "state", "since", "next try", "why")


@told
def run_lanes(ready: Path | None, *, as_json: bool) -> bool:
    async def use(actor: Actor) -> bool:
        found = await _asked(ready, lambda notifications: notifications.list_lanes(actor))
        pauses = {pause.lane: pause for pause in found}
        printer = Printer(Console(), as_json=as_json)
        if not printer.json([_plain(lane, pauses.get(lane)) for lane in Lane]):
            printer.table(TITLES, [_row(lane, pauses.get(lane)) for lane in Lane], "")
        return True

    return as_actor(ready, use)


@told
def run_resume(name: str, ready: Path | None, *, as_json: bool) -> bool:
    async def use(actor: Actor) -> bool:
        was_paused = await _done(
            ready,
            intent_of("resumeLane", lane=lane.value),
            actor,
            lambda line, url: NotificationsClient(Caller(line, url, CONTEXT, Notifications)).resume_lane(lane, actor),
        )
        printer = Printer(Console(), as_json=as_json)
        if not printer.json({"lane": lane.value, "resumed": was_paused}):
            printer.line(f"{lane.lower()} goes on" if was_paused else f"{lane.lower()} was not paused")
        return True

    lane = _lane(name)
    return as_actor(ready, use)


@told
def run_lift(user_id: str, reason: str, ready: Path | None, *, as_json: bool) -> bool:
    async def use(actor: Actor) -> bool:
        was_suppressed = await _done(
            ready,
            intent_of("liftSuppression", userId=user_id, reason=reason),
            actor,
            lambda line, url: SuppressionsClient(Caller(line, url, "suppressions", Suppressions)).lift(user_id, actor),
        )
        printer = Printer(Console(), as_json=as_json)
        if not printer.json({"userId": user_id, "lifted": was_suppressed}):
            printer.line("mail goes there again" if was_suppressed else "the address was not suppressed")
        return True

    return as_actor(ready, use)


async def _done(
    ready: Path | None, intent: Intent, actor: Actor, act: Callable[[Line, str], Awaitable[Answer]]
) -> Answer:
    """What the service answered; with its record in the audit trail."""
    settings = settings_from_environment()
    known = read_ready(ready or USUAL_READY) if ready or USUAL_READY.exists() else None
    url = known.services if known else settings.services.notifications
    users = known.services if known else settings.services.users
    return await answered(url, settings, lambda line: audited(line, users, intent, actor, lambda: act(line, url)))


async def _asked(ready: Path | None, ask: Callable[[Notifications], Awaitable[Answer]]) -> Answer:
    settings = settings_from_environment()
    # A running stack says where the service is; else the settings do.
    known = read_ready(ready or USUAL_READY) if ready or USUAL_READY.exists() else None
    url = known.services if known else settings.services.notifications
    return await answered(
        url, settings, lambda line: ask(NotificationsClient(Caller(line, url, CONTEXT, Notifications)))
    )


def _lane(name: str) -> Lane:
    try:
        return Lane(name.upper())
    except ValueError:
        raise CommandFailed(f"There is no lane {name}: it is {' or '.join(lane.lower() for lane in Lane)}.") from None


def _plain(lane: Lane, pause: LanePause | None) -> dict[str, Any]:
    if pause is None:
        return {"lane": lane.value, "paused": False}
    moments = {"since": pause.since.isoformat(), "until": pause.until.isoformat()}
    return {"lane": lane.value, "paused": True, "detail": pause.detail, "probes": pause.probes, **moments}


def _row(lane: Lane, pause: LanePause | None) -> tuple[str, ...]:
    if pause is None:
        return (lane.lower(), "sends", "", "", "")
    moments = (pause.since.isoformat(timespec="seconds"), pause.until.isoformat(timespec="seconds"))
    return (lane.lower(), "paused", *moments, pause.detail)
