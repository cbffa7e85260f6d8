"""What the doctor looks at of schedules: each is there, and as the table has it. Mends nothing: services do."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.stack.checks import SetOtherwise, Waits

if TYPE_CHECKING:
    from temporalio.client import Client, Schedule, ScheduleDescription

    from services.infra.settings import Settings


async def check_schedules(address: str, settings: "Settings") -> str:
    """Every schedule is there and as it is wanted; those that are paused are told, with why."""
    from temporalio.client import Client

    from workers.schedules.table import all_schedules

    wanted = all_schedules(settings)
    try:
        client = await Client.connect(address, namespace=settings.temporal.namespace)
    except RuntimeError:
        raise Waits(("temporal",)) from None
    found = dict(zip(wanted, await asyncio.gather(*(_found(client, name) for name in wanted)), strict=True))
    if wrong := [each for name in wanted for each in _wrong_with(name, wanted[name], found[name])]:
        raise SetOtherwise(f"{'; '.join(wrong)}. A process of its service mends that within a minute, once it runs")
    paused = [_told(each) for each in found.values() if each is not None and each.schedule.state.paused]
    return ", ".join([f"{len(wanted)} of them", *paused])


def _wrong_with(name: str, wanted: "Schedule", found: "ScheduleDescription | None") -> Iterator[str]:
    from workers.schedules.drift import INPUT, differences

    if found is None:
        yield f"{name} is not there"
    else:
        # What a run is given depends on where services run, and the doctor may be somewhere else.
        yield from (str(each) for each in differences(name, wanted, found.schedule) if each.part != INPUT)


def _told(found: "ScheduleDescription") -> str:
    note = found.schedule.state.note
    return f"{found.id} is paused" + (f" ({note})" if note else "") + f": `caravan schedules resume {found.id}`"


async def _found(client: "Client", name: str) -> "ScheduleDescription | None":
    from temporalio.service import RPCError, RPCStatusCode

    try:
        return await client.get_schedule_handle(name).describe()
    except RPCError as failure:
        if failure.status is RPCStatusCode.NOT_FOUND:
            return None
        raise Waits(("temporal",)) from None
