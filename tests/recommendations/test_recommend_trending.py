"""Each week customers are told of what others buy most and can be had: once each, by a campaign like any other."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from temporalio.worker import Replayer

from services.inventory.models import HoldStock, ReservedLine
from services.notifications.campaigns.models import CampaignAudience, CampaignStatus
from services.notifications.models import NotificationCategory
from services.notifications.weekly.models import CAMPAIGN_NAME
from services.shared.events import Origin
from tests.gateway.shop import STOCK
from tests.recommendations.lab import WEEK, Week, laboratory
from tests.recommendations.outcomes import HISTORIES, OUTCOMES
from tests.workflows.test_replay import read
from workflows.plugin import caravan_plugin
from workflows.recommend_trending import RecommendTrending
from workflows.recommendations import OFFERED, RecommendTrendingResult


@pytest.fixture
async def week() -> AsyncIterator[Week]:
    async with laboratory() as running:
        yield running


async def test_customers_are_told_what_is_bought_most(week: Week) -> None:
    week.invite(12)
    week.sold(ink=1, pen=5)
    result = await (await week.start()).result()
    assert result == RecommendTrendingResult(campaign_id=WEEK, sent=12)
    campaign = await week.campaign()
    assert campaign
    assert (campaign.name, campaign.category) == (CAMPAIGN_NAME, NotificationCategory.RECOMMENDATION)
    assert (campaign.audience, campaign.status) == (CampaignAudience.ALL_CUSTOMERS, CampaignStatus.COMPLETED)
    assert (campaign.recipients, campaign.sent, set(week.post.mails.values())) == (12, 12, {1})
    body = await week.body()
    assert 0 < body.index("Pen") < body.index("Ink")
    described = await week.client.get_workflow_handle(f"campaign/{WEEK}").describe()
    assert described.task_queue == "notifications-standard"


async def test_only_what_can_be_had_is_told_of_and_not_too_much(week: Week) -> None:
    week.invite(1)
    skus = [f"s{number}" for number in range(OFFERED + 1)]
    await week.shop.stock_up(*skus)
    week.sold(ink=1000, pen=900, lost=800, **{sku: 100 - number for number, sku in enumerate(skus)})
    week.shop.archive("ink")
    line = ReservedLine(sku="pen", quantity=STOCK)
    hold = HoldStock(order_id="o1", lines=(line,), ttl_seconds=900)
    await week.shop.inventory.hold_stock(hold, Origin())
    await (await week.start()).result()
    body = await week.body()
    assert [sku for sku in skus if f"**{sku.title()}**" in body] == skus[:OFFERED]
    assert not any(name in body for name in ("Ink", "Pen", "lost"))


@pytest.mark.parametrize("sold", [{}, {"lost": 3}], ids=["nothing was sold", "what was sold is gone"])
async def test_where_there_is_nothing_to_tell_nobody_is_told(week: Week, sold: dict[str, int]) -> None:
    week.invite(3)
    week.sold(**sold)
    assert await (await week.start()).result() == RecommendTrendingResult()
    assert await week.campaign() is None


async def test_a_name_says_nothing_but_itself(week: Week) -> None:
    week.invite(1)
    odd = "{{name}} [click](https://evil.example)"
    week.shop.products.products["ink"] = replace(week.shop.products.products["ink"], name=odd)
    week.sold(ink=1)
    result = await (await week.start()).result()
    assert result.sent == 1
    content = await week.post.store.content_of(WEEK)
    assert content
    assert odd not in content.body
    assert odd in await week.body()


@pytest.mark.parametrize("sandboxed", [True, False])
async def test_recorded_histories_are_replayed(sandboxed: bool) -> None:  # noqa: FBT001 (a parameter)
    assert {path.stem for path in HISTORIES.glob("*.json")} == set(OUTCOMES)
    replayer = Replayer(workflows=[RecommendTrending], plugins=[caravan_plugin(sandboxed=sandboxed)])
    for name in OUTCOMES:
        await replayer.replay_workflow(read(HISTORIES / f"{name}.json"))
