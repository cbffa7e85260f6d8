"""Workflows that tell people of events are started once an event, in its trace, and again only where one went wrong."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from pydantic_core import from_json
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from services.infra.telemetry import current_trace
from services.shared.errors import Unavailable
from services.shared.events import Event, Origin
from services.shared.traces import TRACEPARENT
from tests.workflows.lab import SERVER
from workers.fan_out import TemporalFanOut
from workflows.names import NOTIFICATIONS_CRITICAL_QUEUE
from workflows.notifications import FanOutInput, FanOutResult
from workflows.plugin import caravan_plugin

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRACE = f"00-{'a1' * 16}-{'b1' * 8}-01"


@workflow.defn(name="FanOutNotification", sandboxed=False)
class Told:
    """Stands in for the real one: what is tested is its start."""

    @workflow.run
    async def run(self, wish: FanOutInput) -> FanOutResult:
        return FanOutResult(sent=len(wish.messages))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[Client]:
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER)) as env:
        config = env.client.config()
        config["plugins"] = [caravan_plugin(trace=current_trace)]
        yield Client(**config)


@pytest.fixture
def fan_out(client: Client) -> TemporalFanOut:
    fan_out = TemporalFanOut(("notifications", "users"))
    fan_out.use(client)
    return fan_out


def event(event_id: str, traceparent: str | None = None) -> Event:
    return Event(
        id=event_id,
        type="order.confirmed.v1",
        subject="o1",
        sequence=3,
        time=datetime(2026, 11, 22, tzinfo=UTC),
        data={"orderId": "o1"},
        origin=Origin(correlation_id="o1", traceparent=traceparent),
    )


async def run_of(client: Client, event_id: str) -> tuple[str, WorkflowExecutionStatus | None]:
    found = await client.get_workflow_handle(f"notification/{event_id}").describe()
    return found.run_id, found.status


async def test_an_event_that_comes_again_is_told_once(client: Client, fan_out: TemporalFanOut) -> None:
    await fan_out.tell_of([event("once"), event("other")])
    first = await run_of(client, "once")
    await fan_out.tell_of([event("once"), event("once")])
    assert await run_of(client, "once") == first
    assert (await run_of(client, "other"))[1] is WorkflowExecutionStatus.RUNNING


async def test_what_has_ended_well_is_not_started_again(client: Client, fan_out: TemporalFanOut) -> None:
    await fan_out.send_again("ended", ["m1", "m2"])
    async with Worker(client, task_queue=NOTIFICATIONS_CRITICAL_QUEUE, workflows=[Told]):
        result = await client.get_workflow_handle("notification/ended", result_type=FanOutResult).result()
    assert result.sent == 2
    ended = await run_of(client, "ended")
    await fan_out.send_again("ended", ["m1", "m2"])
    assert await run_of(client, "ended") == ended


async def test_what_was_broken_off_is_started_anew(client: Client, fan_out: TemporalFanOut) -> None:
    await fan_out.tell_of([event("broken")])
    broken, _ = await run_of(client, "broken")
    await client.get_workflow_handle("notification/broken").terminate()
    await fan_out.tell_of([event("broken")])
    again, status = await run_of(client, "broken")
    assert (again != broken, status) == (True, WorkflowExecutionStatus.RUNNING)


async def test_each_workflow_is_of_the_trace_of_its_event(client: Client, fan_out: TemporalFanOut) -> None:
    await fan_out.tell_of([event("traced", TRACE), event("untraced")])
    carried = {}
    for event_id in ("traced", "untraced"):
        history = await client.get_workflow_handle(f"notification/{event_id}").fetch_history()
        headers = history.events[0].workflow_execution_started_event_attributes.header.fields
        carried[event_id] = from_json(headers[TRACEPARENT].data) if TRACEPARENT in headers else None
    assert carried == {"traced": TRACE, "untraced": None}


async def test_without_an_engine_whoever_asks_is_to_wait(client: Client, fan_out: TemporalFanOut) -> None:
    fan_out.use(None)
    with pytest.raises(Unavailable):
        await fan_out.tell_of([event("later")])
    fan_out.use(await Client.connect("127.0.0.1:1", lazy=True))
    with pytest.raises(Unavailable):
        await fan_out.tell_of([event("later"), event("later still")])
    fan_out.use(client)
    await fan_out.tell_of([event("later")])
    assert (await run_of(client, "later"))[1] is WorkflowExecutionStatus.RUNNING
