"""Each week customers are told of what is recommended to them and can be had: once, by a campaign like any other."""

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
from tests.recommendations.outcomes import BEFORE, HISTORIES, OUTCOMES
from tests.workflows.test_replay import read
from workflows.plugin import caravan_plugin
from workflows.recommend_trending import RecommendTrending
from workflows.recommendations import OFFERED, RecommendTrendingResult


@pytest.fixture
async def week() -> AsyncIterator[Week]:
    async with laboratory() as running:
        yield running


async def test_each_customer_is_offered_his_own_and_others_what_is_trending(week: Week) -> None:
    week.invite(12)
    week.trending("pen", "ink")
    week.recommended("u00003", "ink")
    week.recommended("u00004", "ink", "pen")
    result = await (await week.start()).result()
    assert result == RecommendTrendingResult(campaign_id=WEEK, sent=12)
    offered = await week.offered()
    # What is trending follows a list that is short.
    assert (offered.pop("u00003"), offered.pop("u00004")) == (["ink", "pen"], ["ink", "pen"])
    assert set(map(tuple, offered.values())) == {("pen", "ink")}
    campaign = await week.campaign()
    assert campaign
    assert (campaign.name, campaign.category) == (CAMPAIGN_NAME, NotificationCategory.RECOMMENDATION)
    assert (campaign.audience, campaign.status) == (CampaignAudience.ALL_CUSTOMERS, CampaignStatus.COMPLETED)
    assert (campaign.recipients, campaign.sent, campaign.personal) == (12, 12, True)
    assert set(week.post.mails.values()) == {1}
    described = await week.client.get_workflow_handle(f"campaign/{WEEK}").describe()
    assert described.task_queue == "notifications-standard"


async def test_only_what_can_be_had_is_offered_and_not_too_much(week: Week) -> None:
    week.invite(2)
    skus = [f"s{number}" for number in range(OFFERED + 1)]
    await week.shop.stock_up(*skus)
    week.trending("ink", "pen", "lost", *skus)
    week.recommended("u00001", "pen", *reversed(skus))
    week.shop.archive("ink")
    line = ReservedLine(sku="pen", quantity=STOCK)
    hold = HoldStock(order_id="o1", lines=(line,), ttl_seconds=900)
    await week.shop.inventory.hold_stock(hold, Origin())
    await (await week.start()).result()
    assert await week.offered() == {"u00000": skus[:OFFERED], "u00001": skus[:0:-1]}


async def test_it_is_the_stock_of_the_moment_that_counts(week: Week) -> None:
    """Twenty customers are told in two batches; before the second, the last pen is sold."""
    week.invite(20)
    week.trending("pen", "ink")
    give = week.post.messages.give_facts
    given = 0

    async def sells_out(facts: object) -> None:
        nonlocal given
        await give(facts)  # type: ignore[arg-type]
        given += 1
        if given == 1:
            week.shop.archive("pen")

    week.post.messages.give_facts = sells_out  # type: ignore[method-assign]
    await (await week.start_slowly()).result()
    offered = await week.offered()
    first = [f"u{number:05d}" for number in range(10)]
    assert [offered[user] for user in first] == [["pen", "ink"]] * 10
    assert [offered[user] for user in offered if user not in first] == [["ink"]] * 10


@pytest.mark.parametrize("trending", [(), ("lost",)], ids=["nothing was sold", "what was sold is gone"])
async def test_where_there_is_nothing_to_tell_nobody_is_told(week: Week, trending: tuple[str, ...]) -> None:
    week.invite(3)
    week.trending(*trending)
    assert await (await week.start()).result() == RecommendTrendingResult()
    assert await week.campaign() is None


async def test_the_price_and_the_name_are_those_of_the_moment(week: Week) -> None:
    week.invite(1)
    odd = "{{name}} [click](https://evil.example)"
    week.shop.products.products["ink"] = replace(week.shop.products.products["ink"], name=odd)
    week.trending("ink")
    assert (await (await week.start()).result()).sent == 1
    (message,) = await week.messages()
    (offer,) = message.facts["offers"]
    price = week.shop.products.products["ink"].price
    assert (offer["name"], offer["price"]) == (odd, {"amount": price.text(), "currency": price.currency})


@pytest.mark.parametrize("sandboxed", [True, False])
async def test_recorded_histories_are_replayed(sandboxed: bool) -> None:  # noqa: FBT001 (a parameter)
    replayer = Replayer(workflows=[RecommendTrending], plugins=[caravan_plugin(sandboxed=sandboxed)])
    for folder in (HISTORIES, BEFORE):
        assert {path.stem for path in folder.glob("*.json")} == set(OUTCOMES)
        for name in OUTCOMES:
            await replayer.replay_workflow(read(folder / f"{name}.json"))
