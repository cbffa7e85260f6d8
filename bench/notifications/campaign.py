"""What a campaign takes and costs, on a whole system: time, memory, history, processor time of each process."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from temporalio.client import Client

from bench.notifications.field import Field, until
from bench.notifications.handing_over import Speed
from bench.timings import cpu_seconds, resident_mebibytes
from services.notifications.campaigns.models import Campaign

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the processes' memory."""

Costs = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One campaign.

    Attributes:
        seeding: seconds until all customers were there; no part of the campaign.
        audience: seconds from the answer of `createCampaign` until all messages were made.
        sending: seconds from then until the last had ended.
        telling: seconds from then until all events had left.
        bare: a bare aiosmtplib pool with as many connections, right after it.
        audience_cost: processor milliseconds a recipient, by process; as are `cost` (of all until the last message
            had ended) and `telling_cost` (from then until the events had left).
        resting: MiB of each process before it; `peak` during it; `after` it.
        runs: events of the history of each run of its workflow.
    """

    recipients: int
    sent: int
    failed: int
    skipped: int
    seeding: float
    audience: float
    sending: float
    telling: float
    bare: Speed
    audience_cost: Costs
    cost: Costs
    telling_cost: Costs
    resting: Costs
    peak: Costs
    after: Costs
    runs: tuple[int, ...]

    @property
    def a_second(self) -> float:
        """Messages that ended, while they were sent."""
        return self.recipients / self.sending


@dataclass(slots=True)
class _Peak:
    pids: Mapping[str, int]
    found: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        for name, mebibytes in resident_mebibytes(self.pids).items():
            self.found[name] = max(self.found.get(name, 0.0), mebibytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """When it was, and what the processes had spent then."""

    at: float
    spent: Costs

    @classmethod
    def of(cls, pids: Mapping[str, int]) -> "_Moment":
        return cls(at=time.perf_counter(), spent=cpu_seconds(pids))


async def measured_campaign(place: Field, customers: int, bare: Speed) -> Measured:
    """Settles the customers in, and has one campaign sent to them."""
    started = time.perf_counter()
    await place.settle_in(customers)
    seeding = time.perf_counter() - started
    pids = place.pids
    resting = resident_mebibytes(pids)
    peak = _Peak(pids)
    first = _Moment.of(pids)
    campaign_id = await place.create_campaign()
    async with _watched(peak):
        await until(lambda: place.is_taken(campaign_id))
        taken = _Moment.of(pids)
        await until(lambda: place.is_finished(campaign_id))
        ended = _Moment.of(pids)
        await until(place.all_is_told)
        told = _Moment.of(pids)
    campaign = await place.campaign(campaign_id)
    return Measured(
        recipients=campaign.recipients,
        sent=campaign.sent,
        failed=campaign.failed,
        skipped=campaign.skipped,
        seeding=seeding,
        audience=taken.at - first.at,
        sending=ended.at - taken.at,
        telling=told.at - ended.at,
        bare=bare,
        audience_cost=_milliseconds(first, taken, campaign),
        cost=_milliseconds(first, ended, campaign),
        telling_cost=_milliseconds(ended, told, campaign),
        resting=resting,
        peak=peak.found,
        after=resident_mebibytes(pids),
        runs=await _runs(place.addresses.temporal, campaign_id),
    )


@asynccontextmanager
async def _watched(peak: _Peak) -> AsyncIterator[None]:
    async def watch() -> None:
        while True:
            peak.look()
            await asyncio.sleep(LOOK_EVERY)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def _milliseconds(since: _Moment, until: _Moment, campaign: Campaign) -> Costs:
    return {name: 1000 * (until.spent[name] - since.spent[name]) / campaign.recipients for name in since.spent}


async def _runs(temporal: str, campaign_id: str) -> tuple[int, ...]:
    client = await Client.connect(temporal)
    runs = [each async for each in client.list_workflows(f"WorkflowId = 'campaign/{campaign_id}'")]
    lengths = []
    for run in sorted(runs, key=lambda each: each.start_time):
        described = await client.get_workflow_handle(run.id, run_id=run.run_id).describe()
        lengths.append(described.history_length)
    return tuple(lengths)
