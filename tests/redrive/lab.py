"""A time-skipping Temporal server, and workers of the dead letters and of two services with a consumer each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, cast

from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.deadletters import DeadLetterActivities
from activities.replays import ReplayActivities
from services.deadletters.models import LetterFilter, Selection
from services.shared.replays import Applier
from tests.redrive.consumer import MemoryConsumer
from tests.redrive.letters import Letters
from tests.workflows.lab import SERVER
from workers.registry import step_names
from workflows.names import DEADLETTERS_QUEUE, NOTIFICATIONS_STANDARD_QUEUE, redrive_workflow_id
from workflows.plugin import caravan_plugin
from workflows.redrive_dead_letters import RedriveDeadLetters
from workflows.redrives import RedriveInput, RedriveProgress, RedriveRules

HOMES = {"stock-notes": "catalog", "live-orders": "orders"}
QUICK = RedriveRules(per_second=1_000_000, batch=10)
ALL = Selection(wanted=LetterFilter())
NUMBERS = count(1)

Run = WorkflowHandle[RedriveDeadLetters, RedriveProgress]


@dataclass
class Case:
    """Letters, the two consumers, and one redrive."""

    client: Client
    request_id: str
    letters: Letters = field(default_factory=Letters)
    notes: MemoryConsumer = field(default_factory=MemoryConsumer)
    live: MemoryConsumer = field(default_factory=MemoryConsumer)

    async def start(self, selection: Selection = ALL, rules: RedriveRules = QUICK, **more: Any) -> Run:  # noqa: ANN401
        """The redrive, begun."""
        wish = RedriveInput(actor_id="olga", selection=selection, rules=rules, **more)
        return await self.client.start_workflow(
            RedriveDeadLetters.run,
            wish,
            id=redrive_workflow_id(self.request_id),
            task_queue=NOTIFICATIONS_STANDARD_QUEUE,
        )

    async def redrive(self, selection: Selection = ALL, rules: RedriveRules = QUICK, **more: Any) -> RedriveProgress:  # noqa: ANN401
        """The redrive, to its end."""
        return await (await self.start(selection, rules, **more)).result()


class Switchboard:
    """A port of the case that the running activity's workflow is about."""

    def __init__(self, cases: dict[str, Case], part: Callable[[Case], object]) -> None:
        self._cases = cases
        self._part = part

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object) -> object:
            case = self._cases[(activity.info().workflow_id or "").partition("/")[2]]
            return await getattr(self._part(case), name)(*args)

        return call


@dataclass
class Lab:
    """Where cases are tried."""

    env: WorkflowEnvironment
    client: Client
    cases: dict[str, Case]

    def case(self) -> Case:
        """A fresh one."""
        return self._known(Case(self.client, f"r{next(NUMBERS)}"))

    def again(self, case: Case) -> Case:
        """Another redrive of the same letters and consumers."""
        return self._known(replace(case, request_id=f"r{next(NUMBERS)}"))

    def _known(self, case: Case) -> Case:
        self.cases[case.request_id] = case
        return case


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]


def _activities(cases: dict[str, Case]) -> dict[str, list[Callable[..., Any]]]:
    letters = cast("Any", Switchboard(cases, lambda case: case.letters.service))
    notes = cast("Applier", Switchboard(cases, lambda case: case.notes))
    live = cast("Applier", Switchboard(cases, lambda case: case.live))
    return {
        DEADLETTERS_QUEUE: _steps(DeadLetterActivities(letters, HOMES)),
        NOTIFICATIONS_STANDARD_QUEUE: [],
        "catalog": _steps(ReplayActivities({"stock-notes": notes})),
        "orders": _steps(ReplayActivities({"live-orders": live})),
    }


@asynccontextmanager
async def laboratory(*, cached: int = 100) -> AsyncIterator[Lab]:
    """Everything, running. With `cached` 0 each workflow task replays its whole history."""
    cases: dict[str, Case] = {}
    async with AsyncExitStack() as stack:
        env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER))
        await stack.enter_async_context(env)
        config = env.client.config()
        config["plugins"] = [caravan_plugin()]
        lab = Lab(env, Client(**config), cases)
        for queue, steps in _activities(cases).items():
            workflows = [RedriveDeadLetters] if queue == NOTIFICATIONS_STANDARD_QUEUE else []
            worker = Worker(
                lab.client, task_queue=queue, workflows=workflows, activities=steps, max_cached_workflows=cached
            )
            await stack.enter_async_context(worker)
        yield lab


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits for it."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 (what happens in another process)
            await asyncio.sleep(0.02)


async def cancel_is_heard(run: Run) -> bool:
    """Whether the step under way has been asked to end."""
    events = (await run.fetch_history()).events
    return any(event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED for event in events)
