"""A server that skips time, workers of the standard lane and of users, and a post office for each campaign."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from inspect import signature
from itertools import count
from typing import Any, cast

from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.notifications import NotificationActivities
from activities.users import UsersActivities
from services.notifications.campaigns.models import Campaign
from tests.campaigns.post import Post
from tests.notifications.campaigns.crowd import people
from tests.notifications.campaigns.makers import a_wish
from tests.workflows.lab import SERVER
from workers.registry import step_names
from workflows.campaigns import CampaignInput, CampaignProgress, CampaignRules, PauseCampaign
from workflows.fan_out_notification import FanOutNotification
from workflows.names import (
    NOTIFICATIONS_STANDARD_QUEUE,
    SEARCH_ATTRIBUTES,
    USERS_QUEUE,
    campaign_attributes,
    campaign_workflow_id,
)
from workflows.notifications import FanOutInput, FanOutResult
from workflows.plugin import caravan_plugin

QUICK = CampaignRules(per_second=1_000_000, batch=10, chunk=5)
NUMBERS = count(1)

Run = WorkflowHandle[FanOutNotification, FanOutResult]


@dataclass
class Case:
    """One campaign, and its post office."""

    env: WorkflowEnvironment
    client: Client
    campaign_id: str
    post: Post = field(default_factory=Post)

    def invite(self, number: int) -> None:
        """So many people are to be told."""
        self.post.crowd.people = people(number)

    async def start(self, rules: CampaignRules = QUICK, **wish: object) -> Run:
        """The campaign, begun."""
        return await self._run(CampaignInput(campaign_id=self.campaign_id, wish=self.wish(**wish), rules=rules))

    async def again(self) -> Run:
        """A further run for a campaign whose last one was lost."""
        return await self._run(CampaignInput(campaign_id=self.campaign_id, rules=QUICK))

    def wish(self, **changes: object) -> Any:  # noqa: ANN401 (the maker's)
        return a_wish(self.campaign_id, **changes)

    async def campaign(self) -> Campaign:
        """As it is stored."""
        return await self.post.campaign(self.campaign_id)

    async def in_days(self, number: int) -> datetime:
        """That moment, as the server counts."""
        return await self.env.get_current_time() + timedelta(days=number)

    async def opened(self, run: Run) -> Campaign:
        return await _told(run, FanOutNotification.await_campaign)

    async def cancel(self, run: Run) -> Campaign:
        return await _told(run, FanOutNotification.cancel_campaign)

    async def pause(self, run: Run, *, paused: bool) -> Campaign:
        return await _told(run, FanOutNotification.pause_campaign, PauseCampaign(paused=paused))

    async def progress(self, run: Run) -> CampaignProgress:
        return await run.query(FanOutNotification.campaign_progress)

    async def _run(self, campaign: CampaignInput) -> Run:
        return await self.client.start_workflow(
            FanOutNotification.run,
            FanOutInput(campaign=campaign),
            id=campaign_workflow_id(self.campaign_id),
            task_queue=NOTIFICATIONS_STANDARD_QUEUE,
            search_attributes=campaign_attributes(self.campaign_id),
        )


async def _told(run: Run, update: object, *arguments: object) -> Campaign:
    campaign: Campaign = await run.execute_update(cast("Any", update), args=arguments)
    return campaign


class Switchboard:
    """The post office of the campaign that the running step's workflow is about; with `part`, a part of it."""

    def __init__(self, cases: dict[str, Case], part: Callable[[Post], object] = lambda post: post) -> None:
        self._cases = cases
        self._part = part

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object, **named: object) -> object:
            case = self._cases[(activity.info().workflow_id or "").partition("/")[2]]
            return await getattr(self._part(case.post), name)(*args, **named)

        return call

    def now(self) -> datetime:
        """No step of a campaign asks for it here."""
        raise AssertionError("the clock of the posts is the engine's")


@dataclass
class Lab:
    """Where cases are tried."""

    env: WorkflowEnvironment
    client: Client
    cases: dict[str, Case]

    def case(self) -> Case:
        """A fresh one."""
        case = Case(self.env, self.client, f"c{next(NUMBERS)}")
        self.cases[case.campaign_id] = case
        return case


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]


def _activities(cases: dict[str, Case]) -> dict[str, list[Callable[..., Any]]]:
    post = cast("Any", Switchboard(cases))
    campaigns = cast("Any", Switchboard(cases, lambda post: post.campaigns))
    ports = dict.fromkeys(signature(NotificationActivities).parameters, post) | {"campaigns": campaigns}
    return {
        NOTIFICATIONS_STANDARD_QUEUE: _steps(NotificationActivities(**ports)),
        USERS_QUEUE: _steps(UsersActivities(post)),
    }


@asynccontextmanager
async def laboratory(*, cached: int = 100) -> AsyncIterator[Lab]:
    """Everything, running. With `cached` 0 each workflow task replays its whole history."""
    cases: dict[str, Case] = {}
    async with AsyncExitStack() as stack:
        env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER))
        await stack.enter_async_context(env)
        names = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES}
        request = AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=names)
        await env.client.operator_service.add_search_attributes(request)
        config = env.client.config()
        config["plugins"] = [caravan_plugin()]
        lab = Lab(env, Client(**config), cases)
        for queue, steps in _activities(cases).items():
            workflows = [FanOutNotification] if queue == NOTIFICATIONS_STANDARD_QUEUE else []
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
