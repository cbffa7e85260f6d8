"""A server that skips time, and workers of all queues that the weekly campaign needs: one shop, one post office."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.catalog import CatalogActivities
from activities.inventory import InventoryActivities
from activities.notifications import NotificationActivities
from activities.users import UsersActivities
from services.notifications.campaigns.models import Campaign
from services.notifications.trending.memory import MemoryTrends
from services.notifications.trending.models import Sales
from services.notifications.weekly.service import WeeklyService
from tests.campaigns.lab import QUICK
from tests.campaigns.post import Post
from tests.gateway.shop import Shop
from tests.gateway.world import RULES
from tests.notifications.campaigns.crowd import people
from tests.workflows.lab import SERVER
from workers.registry import step_names
from workflows.fan_out_notification import FanOutNotification
from workflows.names import (
    CATALOG_QUEUE,
    INVENTORY_QUEUE,
    NOTIFICATIONS_STANDARD_QUEUE,
    SEARCH_ATTRIBUTES,
    USERS_QUEUE,
)
from workflows.plugin import caravan_plugin
from workflows.recommend_trending import RecommendTrending
from workflows.recommendations import RecommendTrendingInput, RecommendTrendingResult

Run = WorkflowHandle[RecommendTrending, RecommendTrendingResult]

WEEK = "weekly-recommendations-2026-11-23T09:00:00Z"
"""An id as the schedule gives it."""


@dataclass
class Week:
    """One week's campaign: a shop with `ink` and `pen` on sale, customers, and what was sold."""

    client: Client
    shop: Shop
    trends: MemoryTrends = field(default_factory=MemoryTrends)
    post: Post = field(default_factory=Post)

    def invite(self, number: int) -> None:
        """So many customers are to be told."""
        self.post.crowd.people = people(number)

    def sold(self, **units: int) -> None:
        """Today, by SKU."""
        today = self.shop.clock.now().date()
        self.trends.count([Sales(sku=sku, day=today, units=count) for sku, count in units.items()])

    async def start(self, workflow_id: str = WEEK) -> Run:
        """As the schedule does."""
        return await self.client.start_workflow(
            RecommendTrending.run,
            RecommendTrendingInput(rules=QUICK),
            id=workflow_id,
            task_queue=NOTIFICATIONS_STANDARD_QUEUE,
        )

    async def campaign(self, campaign_id: str = WEEK) -> Campaign | None:
        """As it is stored."""
        found = await self.post.store.by_ids([campaign_id])
        return found[0] if found else None

    async def body(self, campaign_id: str = WEEK) -> str:
        """What it says, without the Markdown's escapes."""
        content = await self.post.store.content_of(campaign_id)
        assert content
        return content.body.replace("\\", "")


@asynccontextmanager
async def laboratory() -> AsyncIterator[Week]:
    """Everything, running."""
    async with AsyncExitStack() as stack:
        env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER))
        await stack.enter_async_context(env)
        names = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES}
        request = AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=names)
        await env.client.operator_service.add_search_attributes(request)
        config = env.client.config()
        config["plugins"] = [caravan_plugin()]
        shop = Shop(RULES)
        await shop.stock_up()
        week = Week(Client(**config), shop)
        for queue, steps in _activities(week).items():
            workflows = [FanOutNotification, RecommendTrending] if queue == NOTIFICATIONS_STANDARD_QUEUE else []
            worker = Worker(week.client, task_queue=queue, workflows=workflows, activities=steps)
            await stack.enter_async_context(worker)
        yield week


def _activities(week: Week) -> dict[str, list[Callable[..., Any]]]:
    ports: dict[str, Any] = dict.fromkeys(signature(NotificationActivities).parameters, week.post)
    ports |= {"campaigns": week.post.campaigns, "weekly": WeeklyService(week.trends, week.shop.clock)}
    ports["clock"] = week.post.clock
    return {
        NOTIFICATIONS_STANDARD_QUEUE: _steps(NotificationActivities(**ports)),
        USERS_QUEUE: _steps(UsersActivities(ports["sending"])),
        CATALOG_QUEUE: _steps(CatalogActivities(week.shop.catalog)),
        INVENTORY_QUEUE: _steps(InventoryActivities(week.shop.inventory)),
    }


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]
