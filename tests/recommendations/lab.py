"""A server that skips time, and workers of all queues that the weekly campaign needs: one shop, one post office."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from inspect import signature
from typing import Any, cast

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.catalog import CatalogActivities
from activities.inventory import InventoryActivities
from activities.notifications import NotificationActivities
from activities.recommendations import RecommendationActivities
from activities.users import UsersActivities
from services.notifications.campaigns.models import Campaign
from services.notifications.models import Message, Source, SourceKind
from services.notifications.offers.service import OfferService
from services.notifications.rendering.offered import OFFERS
from services.notifications.weekly.service import WeeklyService
from services.recommendations.refreshing.models import RecommendedSkus, RecommendTo
from tests.campaigns.lab import QUICK
from tests.campaigns.post import Post
from tests.gateway.shop import Shop
from tests.gateway.world import RULES
from tests.notifications.campaigns.crowd import people
from tests.workflows.lab import SERVER
from workers.registry import step_names
from workflows.campaigns import CampaignRules
from workflows.fan_out_notification import FanOutNotification
from workflows.names import (
    CATALOG_QUEUE,
    INVENTORY_QUEUE,
    NOTIFICATIONS_STANDARD_QUEUE,
    RECOMMENDATIONS_QUEUE,
    SEARCH_ATTRIBUTES,
    USERS_QUEUE,
)
from workflows.plugin import caravan_plugin
from workflows.recommend_trending import RecommendTrending
from workflows.recommendations import RecommendTrendingInput, RecommendTrendingResult

Run = WorkflowHandle[RecommendTrending, RecommendTrendingResult]

WEEK = "weekly-recommendations-2026-11-23T09:00:00Z"
"""An id as the schedule gives it."""


class Suggestions:
    """Of RefreshSteps what the weekly campaign asks: lists of some users, and what is trending."""

    def __init__(self) -> None:
        self.trending: tuple[str, ...] = ()
        self.lists: dict[str, tuple[str, ...]] = {}

    async def recommend_to(self, wish: RecommendTo) -> RecommendedSkus:
        """See RefreshSteps."""
        whole = {user: dict.fromkeys((*own, *self.trending)) for user, own in self.lists.items()}
        mine = {user: tuple(whole[user])[: wish.limit] for user in wish.user_ids if user in whole}
        return RecommendedSkus(by_user=mine, trending=self.trending[: wish.limit])


@dataclass
class Week:
    """One week's campaign: a shop with `ink` and `pen` on sale, customers, and what is recommended to them."""

    client: Client
    shop: Shop
    suggestions: Suggestions = field(default_factory=Suggestions)
    post: Post = field(default_factory=Post)

    def invite(self, number: int) -> None:
        """So many customers are to be told, `u00000`, `u00001` and so on."""
        self.post.crowd.people = people(number)

    def trending(self, *skus: str) -> None:
        """What is bought most, first."""
        self.suggestions.trending = skus

    def recommended(self, user: str, *skus: str) -> None:
        """What is on the list of a customer."""
        self.suggestions.lists[user] = skus

    async def start_slowly(self) -> Run:
        """One batch of ten after the other."""
        return await self.start(rules=replace(QUICK, at_once=1))

    async def start(self, workflow_id: str = WEEK, rules: CampaignRules = QUICK) -> Run:
        """As the schedule does."""
        return await self.client.start_workflow(
            RecommendTrending.run,
            RecommendTrendingInput(rules=rules),
            id=workflow_id,
            task_queue=NOTIFICATIONS_STANDARD_QUEUE,
        )

    async def campaign(self, campaign_id: str = WEEK) -> Campaign | None:
        """As it is stored."""
        found = await self.post.store.by_ids([campaign_id])
        return found[0] if found else None

    async def messages(self, campaign_id: str = WEEK) -> tuple[Message, ...]:
        """All of the campaign's."""
        return await self.post.messages.of_source(Source(kind=SourceKind.CAMPAIGN, id=campaign_id))

    async def offered(self, campaign_id: str = WEEK) -> dict[str, list[str]]:
        """By user the SKUs that his message offers."""
        return {message.user_id: skus_of(message) for message in await self.messages(campaign_id)}


def skus_of(message: Message) -> list[str]:
    """What the message offers."""
    return [offer["sku"] for offer in message.facts.get(OFFERS, ())]


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
    ports |= {"campaigns": week.post.campaigns, "weekly": WeeklyService()}
    ports["offers"] = OfferService(week.post.messages)
    ports["clock"] = week.post.clock
    suggestions = cast("Any", week.suggestions)
    return {
        NOTIFICATIONS_STANDARD_QUEUE: _steps(NotificationActivities(**ports)),
        USERS_QUEUE: _steps(UsersActivities(ports["sending"])),
        CATALOG_QUEUE: _steps(CatalogActivities(week.shop.catalog)),
        INVENTORY_QUEUE: _steps(InventoryActivities(week.shop.inventory)),
        RECOMMENDATIONS_QUEUE: _steps(RecommendationActivities(suggestions, suggestions)),
    }


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]
