"""What `caravan outbox` does, in the services' databases: no service needs to run for it. Publishes nothing itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from cli.errors import CommandFailed
from cli.ready import read_ready
from cli.run import settings_from_environment, told
from services.infra.mongo import Database, close, connect
from services.infra.outbox.rows import Outbox
from services.infra.settings import CONTEXTS, MongoSettings
from services.shared.errors import Unavailable

Outboxes = Mapping[str, Outbox]


@told
def run_parked(ready: Path) -> bool:
    return _with_outboxes(ready, lambda outboxes: show_parked(outboxes, Console()))


@told
def run_release(service: str, event: str | None, ready: Path) -> bool:
    async def work(outboxes: Outboxes) -> bool:
        if service not in outboxes:
            raise CommandFailed(f"{service} has no outbox; services that have one are {', '.join(outboxes) or 'none'}.")
        return await release(outboxes[service], event, Console())

    return _with_outboxes(ready, work)


async def show_parked(outboxes: Outboxes, console: Console) -> bool:
    """Prints a line for each event that was put aside; true if there is none. Raises Unavailable."""
    found = [(name, parked) for name, outbox in outboxes.items() for parked in (await outbox.parked()).items()]
    for name, (event_id, reason) in found:
        console.print(f"{name:10}{event_id}  {reason}", markup=False, highlight=False, soft_wrap=True)
    if not found:
        console.print("No event was put aside.")
    return not found


async def release(outbox: Outbox, event: str | None, console: Console) -> bool:
    """Releases them and says how many; true if there was one. Raises Unavailable."""
    count = await outbox.release(event)
    console.print(f"{count} released; the relay tries within seconds.", highlight=False)
    return count > 0


def _with_outboxes(ready: Path, work: Callable[[Outboxes], Awaitable[bool]]) -> bool:
    mongo = settings_from_environment().mongo.model_copy(update={"url": read_ready(ready).mongo})

    async def connected() -> bool:
        async with outboxes_at(mongo) as outboxes:
            return await work(outboxes)

    try:
        return asyncio.run(connected())
    except Unavailable as failure:
        raise CommandFailed(f"{failure}. `caravan doctor` says what is wrong with the servers.") from failure


@asynccontextmanager
async def outboxes_at(settings: MongoSettings) -> AsyncIterator[Outboxes]:
    """The outbox of each service that has one, by its name. Raises Unavailable."""
    client = connect(settings)
    try:
        known = {name: Outbox(Database(client, settings.database_prefix + name)) for name in CONTEXTS}
        yield {name: outbox for name, outbox in known.items() if await outbox.is_prepared()}
    finally:
        await close(client)
