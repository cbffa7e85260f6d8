"""A server that skips time, and workers of the queues that a refresh needs; each test brings a kitchen of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, cast

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.orders import OrdersActivities
from activities.recommendations import RecommendationActivities
from tests.refreshes.kitchen import Kitchen
from tests.workflows.lab import SERVER
from workers.refreshes import TemporalRefreshing
from workers.registry import step_names
from workflows.names import (
    ORDERS_QUEUE,
    REBUILD_OF_RECOMMENDATIONS,
    RECOMMENDATIONS_OF_ALL,
    RECOMMENDATIONS_QUEUE,
    recommendations_workflow_id,
)
from workflows.plugin import caravan_plugin
from workflows.rebuild_recommendations import RebuildRecommendations
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.refreshes import RebuildInput, RebuildResult, RefreshInput, RefreshResult, RefreshRules

WINDOW = timedelta(minutes=5)
RULES = RefreshRules(window_seconds=WINDOW.total_seconds(), batch=300)
NUMBERS = count(1)

Run = WorkflowHandle[RefreshRecommendations, RefreshResult]
Rebuilding = WorkflowHandle[RebuildRecommendations, RebuildResult]


class Door:
    """Whatever kitchen the lab has now."""

    def __init__(self, lab: "Lab") -> None:
        self._lab = lab

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object) -> object:
            return await getattr(self._lab.kitchen, name)(*args)

        return call


@dataclass
class Lab:
    """Where refreshes are tried."""

    env: WorkflowEnvironment
    client: Client
    kitchen: Kitchen = field(default_factory=Kitchen)

    def user(self) -> str:
        """Somebody new."""
        return f"u{next(NUMBERS)}"

    def refreshing(self, rules: RefreshRules = RULES, colocated: tuple[str, ...] = ()) -> TemporalRefreshing:
        """As a process has it."""
        refreshing = TemporalRefreshing(rules, colocated)
        refreshing.use(self.client)
        return refreshing

    def run_of(self, user_id: str) -> Run:
        """The workflow of a user's list."""
        return self.client.get_workflow_handle_for(RefreshRecommendations.run, recommendations_workflow_id(user_id))

    async def refreshed(self, user_id: str) -> Run:
        """The same, once it has ended; as many windows as that takes go by."""
        run = self.run_of(user_id)
        while (await run.describe()).status is WorkflowExecutionStatus.RUNNING:
            await self.env.sleep(WINDOW)
        return run

    async def refresh_all(self, rules: RefreshRules = RULES) -> Run:
        """Begun by a person."""
        return await self.client.start_workflow(
            RefreshRecommendations.run,
            RefreshInput(rules=rules),
            id=RECOMMENDATIONS_OF_ALL,
            task_queue=RECOMMENDATIONS_QUEUE,
        )

    async def night(self, rules: RefreshRules = RULES) -> Run:
        """As the schedule does."""
        return await self.client.start_workflow(
            RefreshRecommendations.run,
            RefreshInput(scheduled=True, rules=rules),
            id=f"refresh-recommendations-{next(NUMBERS)}",
            task_queue=RECOMMENDATIONS_QUEUE,
        )

    async def rebuild(self, wish: RebuildInput) -> Rebuilding:
        """All orders, counted anew."""
        return await self.client.start_workflow(
            RebuildRecommendations.run, wish, id=REBUILD_OF_RECOMMENDATIONS, task_queue=RECOMMENDATIONS_QUEUE
        )


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]


@asynccontextmanager
async def laboratory(*, cached: int = 100) -> AsyncIterator[Lab]:
    """Everything, running. With `cached` 0 each workflow task replays its whole history."""
    async with AsyncExitStack() as stack:
        env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER))
        await stack.enter_async_context(env)
        config = env.client.config()
        config["plugins"] = [caravan_plugin()]
        lab = Lab(env, Client(**config))
        door = cast("Any", Door(lab))
        steps, steps_of_orders = _steps(RecommendationActivities(door, door)), _steps(OrdersActivities(door))
        workflows = [RefreshRecommendations, RebuildRecommendations]
        for queue, kinds, activities in (
            (RECOMMENDATIONS_QUEUE, workflows, [*steps, *steps_of_orders]),
            (ORDERS_QUEUE, [], steps_of_orders),
        ):
            worker = Worker(
                lab.client, task_queue=queue, workflows=kinds, activities=activities, max_cached_workflows=cached
            )
            await stack.enter_async_context(worker)
        yield lab


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits for it."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 (what happens in another process)
            await asyncio.sleep(0.02)
