"""What is shown: the stored list, then what is trending, never what nobody should be offered at this moment."""

from datetime import timedelta

import pytest

from services.recommendations.models import Rule
from services.recommendations.refreshing.models import RecommendTo
from services.shared.errors import Invalid
from tests.recommendations.lists.house import ADA, ORIGIN, REST, House


@pytest.fixture
async def house() -> House:
    house = House()
    await house.stock("pen", "ink", "cap")
    await house.history()
    return house


async def shown(house: House, limit: int = 10) -> list[str]:
    return [each.sku for each in await house.face.recommendations_of(ADA, limit)]


async def test_nobody_and_who_has_no_list_are_shown_what_is_trending(house: House) -> None:
    found = await house.face.recommendations_of(None, 10)
    assert {each.sku for each in found} == {"pen", "ink", "cap"}
    assert {each.rule for each in found} == {Rule.TRENDING}
    assert await house.face.recommendations_of(ADA, 10) == found


async def test_who_has_a_list_is_shown_it_with_reasons_and_what_is_trending_behind(house: House) -> None:
    await house.maker.make(["ada"], ORIGIN)
    found = await house.face.recommendations_of(ADA, 10)
    stored = (await house.lists.lists_of(["ada"]))["ada"]
    assert [each.sku for each in found][: len(stored.items)] == [each.sku for each in stored.items]
    pen = next(each for each in found if each.sku == "pen")
    assert (pen.rule, pen.basis.orders) == (Rule.BUY_AGAIN, 4)
    assert "4 times" in pen.reason
    ink = next(each for each in found if each.sku == "ink")
    assert (ink.rule, ink.basis.sku, ink.basis.orders, ink.basis.of) == (Rule.BOUGHT_TOGETHER, "pen", 5, 9)
    assert "Pen" in ink.reason
    assert sorted(each.sku for each in found) == ["cap", "ink", "pen"]
    assert await shown(house, 2) == [each.sku for each in found][:2]


async def test_what_was_bought_just_now_is_not_shown_for_a_while(house: House) -> None:
    await house.maker.make(["ada"], ORIGIN)
    await house.buys("ada", "pen", order="now", weeks_ago=0)
    assert "pen" not in await shown(house)
    assert (await house.steps.recommend_to(RecommendTo(user_ids=("ada",), limit=9))).by_user["ada"] == ("ink", "cap")
    await house.cancels("ada", "pen", order="now", weeks_ago=0)
    assert "pen" in await shown(house)
    await house.buys("ada", "pen", order="again", weeks_ago=0)
    house.clock.advance(REST + timedelta(seconds=1))
    assert "pen" in await shown(house)


async def test_what_is_archived_is_shown_to_nobody(house: House) -> None:
    await house.maker.make(["ada"], ORIGIN)
    await house.stock("ink", active=False, version=2)
    assert "ink" not in await shown(house)
    assert "ink" not in [each.sku for each in await house.face.recommendations_of(None, 10)]
    assert (await house.face.bought_together(["pen"], 5))["pen"] == ()


async def test_what_is_bought_together_is_told_of_many_products_at_once(house: House) -> None:
    found = await house.face.bought_together(["pen", "cap", "unknown", "pen"], 5)
    assert {sku: [each.sku for each in items] for sku, items in found.items()} == {
        "pen": ["ink"], "cap": [], "unknown": [],
    }  # fmt: skip
    assert found["pen"][0].basis.orders == 5


async def test_a_campaign_is_told_of_many_users_at_once(house: House) -> None:
    await house.maker.make(["ada"], ORIGIN)
    found = await house.steps.recommend_to(RecommendTo(user_ids=("ada", "new"), limit=2))
    assert found.by_user == {"ada": tuple(await shown(house, 2))}
    assert len(found.trending) == 2


async def test_a_campaign_offers_nobody_what_he_has_just_bought(house: House) -> None:
    await house.buys("new", "pen", order="now", weeks_ago=0)
    found = await house.steps.recommend_to(RecommendTo(user_ids=("new", "other"), limit=9))
    assert "pen" in found.trending
    assert found.by_user == {"new": tuple(sku for sku in found.trending if sku != "pen")}


async def test_a_number_out_of_range_is_refused(house: House) -> None:
    for limit in (0, 101):
        with pytest.raises(Invalid):
            await house.face.recommendations_of(None, limit)
        with pytest.raises(Invalid):
            await house.face.bought_together([], limit)
    with pytest.raises(Invalid):
        await house.face.bought_together([str(number) for number in range(201)], 1)
