"""Workflow `RecommendTrending`: a campaign that tells each customer what is recommended to him, and what is trending
to those who have no list of their own; started by its schedule.

It ends with its campaign, so that no second one begins while the first goes on.
"""

import asyncio
from typing import Final

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from activities.catalog import FindProducts
from activities.inventory import FindStock
from services.notifications.campaigns.models import CampaignAudience, CreateCampaign
from services.notifications.models import NotificationCategory
from services.notifications.weekly.models import CAMPAIGN_NAME, FindTrending, Offer, WordOffers
from services.recommendations.refreshing.models import RecommendTo
from workflows import steps
from workflows.campaigns import CampaignInput
from workflows.failures import failure_of
from workflows.fan_out_notification import FanOutNotification
from workflows.names import campaign_attributes, campaign_workflow_id
from workflows.notifications import FanOutInput, FanOutResult
from workflows.personal_offers import can_be_had
from workflows.placement import perform
from workflows.recommendations import (
    CANDIDATES,
    OFFERED,
    RecommendTrendingInput,
    RecommendTrendingResult,
    offers_of,
)

PERSONAL: Final = "each reader is offered what is recommended to him"
"""The mark in histories of runs that know it."""


@workflow.defn(name="RecommendTrending")
class RecommendTrending:
    """Fails when the campaign does. Cancelled by the platform, so is the campaign; terminated, that goes on alone."""

    def __init__(self) -> None:
        self._personal = False

    @workflow.run
    async def run(self, input: RecommendTrendingInput) -> RecommendTrendingResult:  # noqa: A002 - the word of the contract
        """The campaign's id is this workflow's: a schedule gives each run one of its own."""
        try:
            offers = await self._offers(input)
            workflow.set_current_details(_told(offers))
            if not offers:
                return RecommendTrendingResult()
            wish = CreateCampaign(
                campaign_id=workflow.info().workflow_id,
                name=CAMPAIGN_NAME,
                category=NotificationCategory.RECOMMENDATION,
                audience=CampaignAudience.ALL_CUSTOMERS,
                content=await perform(steps.WORD_OFFERS, self._wording(offers), input.colocated),
            )
            done = await _campaign(wish, input)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from error
            raise failure_of(error, "the campaign could not be made") from None
        return RecommendTrendingResult(
            campaign_id=wish.campaign_id, sent=done.sent, skipped=done.skipped, failed=done.failed
        )

    async def _offers(self, input: RecommendTrendingInput) -> tuple[Offer, ...]:  # noqa: A002 - the word of the contract
        """What is trending and can be had: where there is nothing of it, nobody is written to."""
        self._personal = workflow.patched(PERSONAL)
        if not self._personal:
            return await _trending_as_it_was(input)
        wanted = await perform(steps.RECOMMEND_TO, RecommendTo(user_ids=(), limit=CANDIDATES), input.colocated)
        return (await can_be_had(wanted.trending, input.colocated))[:OFFERED]

    def _wording(self, offers: tuple[Offer, ...]) -> WordOffers:
        return WordOffers(offers=offers, personal=self._personal)


async def _trending_as_it_was(input: RecommendTrendingInput) -> tuple[Offer, ...]:  # noqa: A002 - as above
    """For runs that were begun while messages' own service counted sales."""
    trending = await perform(steps.FIND_TRENDING, FindTrending(limit=CANDIDATES), input.colocated)
    if not trending.skus:
        return ()
    products, stock = await asyncio.gather(
        perform(steps.FIND_PRODUCTS, FindProducts(skus=trending.skus), input.colocated),
        perform(steps.FIND_STOCK, FindStock(skus=trending.skus), input.colocated),
    )
    return offers_of(trending.skus, products, stock)


async def _campaign(wish: CreateCampaign, input: RecommendTrendingInput) -> FanOutResult:  # noqa: A002 - as above
    campaign = CampaignInput(campaign_id=wish.campaign_id, wish=wish, rules=input.rules)
    return await workflow.execute_child_workflow(
        FanOutNotification.run,
        FanOutInput(campaign=campaign, colocated=input.colocated),
        id=campaign_workflow_id(wish.campaign_id),
        parent_close_policy=workflow.ParentClosePolicy.ABANDON,
        search_attributes=campaign_attributes(wish.campaign_id),
        static_summary="a campaign: the weekly recommendations",
    )


def _told(offers: tuple[Offer, ...]) -> str:
    """What is trending, in Markdown, for whoever looks at the run."""
    if not offers:
        return "Nothing that was bought lately is for sale now: there is no campaign."
    return "\n".join(f"- {each.sku}" for each in offers)
