"""What every store and reader of counts, and every shelf, promise; run against those in memory and the real ones."""

from datetime import timedelta
from typing import Protocol

import pytest

from services.recommendations.counting.ports import CountStore, Shelf
from services.recommendations.limits import PAIRED_SKUS
from services.recommendations.models import Partner
from services.recommendations.ports import MOST_PARTNERS, CountReader
from services.recommendations.refreshing.models import UsersAfter
from services.shared.errors import Conflict
from services.shared.receipts import Outcome
from services.shared.standing_orders import StandingLine, StandingOrder
from tests.recommendations.counts.makers import (
    NOW,
    WEEK,
    a_product,
    an_order,
    called_off,
    counted,
    recounted,
    stands,
)

SKUS = ("LAMP", "ROPE", "SOAP", "a.b-c_1")
USERS = ("ada", "bob")


class Counts(CountStore, CountReader, Protocol):
    """Both sides of the counts."""


class CountContract:
    """Subclasses offer fixtures `counts` and `shelf`, of which the one reads the other's products."""

    async def test_an_order_is_counted_in_all_that_it_is_part_of(self, counts: Counts) -> None:
        orders = [an_order("o1", "LAMP", "ROPE", "a.b-c_1", units=3), an_order("o2", "LAMP", weeks_ago=1, user="bob")]
        assert await counts.count(stands(*orders)) == (Outcome.APPLIED, Outcome.APPLIED)
        assert await counted(counts, USERS, SKUS) == recounted(orders)

    async def test_an_order_that_is_called_off_leaves_nothing_behind(self, counts: Counts) -> None:
        kept, gone = an_order("o1"), an_order("o2", "LAMP", "ROPE", "SOAP")
        await counts.count(stands(kept, gone))
        assert list(await counts.count(called_off(gone))) == [Outcome.APPLIED]
        assert await counted(counts, USERS, SKUS) == recounted([kept])

    async def test_news_that_come_twice_or_too_late_have_no_effect(self, counts: Counts) -> None:
        first, late = an_order("o1"), an_order("o2")
        news = [*stands(first, first), *called_off(late), *stands(late), *called_off(late)]
        outcomes = [Outcome.APPLIED, Outcome.DUPLICATE, Outcome.APPLIED, Outcome.SUPERSEDED, Outcome.DUPLICATE]
        assert list(await counts.count(news)) == outcomes
        later = [Outcome.DUPLICATE, Outcome.SUPERSEDED]
        assert [await counts.preview(each) for each in stands(first, late)] == later
        assert list(await counts.count(stands(first, late))) == later
        assert await counts.preview(called_off(first)[0]) is Outcome.APPLIED
        assert await counted(counts, USERS, SKUS) == recounted([first])

    async def test_a_line_that_stands_twice_is_one_purchase_of_all_its_units(self, counts: Counts) -> None:
        lines = (StandingLine(sku="LAMP", quantity=2), StandingLine(sku="LAMP", quantity=3))
        await counts.count(stands(StandingOrder(order_id="o1", customer_id="ada", placed_at=NOW, lines=lines)))
        found = await counted(counts, USERS, SKUS)
        assert (found.sales["LAMP"].total.orders, found.sales["LAMP"].total.units) == (1, 5)
        assert found.partners == {}

    async def test_a_very_long_order_costs_a_bounded_number_of_pairs_and_is_taken_back_whole(
        self, counts: Counts
    ) -> None:
        skus = [f"S{number}" for number in range(PAIRED_SKUS * 3)]
        await counts.count(stands(an_order("long", *skus)))
        partners = (await counts.partners_of(skus)).values()
        assert sum(len(each) for each in partners) == PAIRED_SKUS * (PAIRED_SKUS - 1)
        await counts.count(called_off(an_order("long", *reversed(skus))))
        assert await counted(counts, USERS, skus) == recounted([])

    async def test_a_history_is_read_from_a_week_on(self, counts: Counts) -> None:
        await counts.count(stands(an_order("o1", "LAMP", weeks_ago=3), an_order("o2", "LAMP", weeks_ago=2)))
        assert await counts.purchases_of(["ada", "eve"], WEEK - 2) == {"ada": {"LAMP": {WEEK - 2: 1}}}
        assert await counts.purchases_of([], 0) == {}

    async def test_what_was_bought_lately_is_read_from_a_moment_on(self, counts: Counts) -> None:
        await counts.count(
            stands(an_order("old", weeks_ago=1), an_order("new", "SOAP", "LAMP"), an_order("b", user="b"))
        )
        found = await counts.bought_since(["ada", "eve"], NOW - timedelta(hours=1))
        assert {user: [(each.order_id, each.at, each.skus) for each in bought] for user, bought in found.items()} == {
            "ada": [("new", NOW, ("LAMP", "SOAP"))]
        }
        assert await counts.bought_since(["ada"], NOW + timedelta(seconds=1)) == {}

    async def test_partners_are_those_that_were_bought_with_it_most_often(self, counts: Counts) -> None:
        orders = [an_order(f"o{number}", "LAMP", f"P{number:03}") for number in range(MOST_PARTNERS + 5)]
        await counts.count(stands(*orders, an_order("x", "LAMP", "ZED"), an_order("y", "LAMP", "ZED")))
        found = (await counts.partners_of(["LAMP", "NONE"]))["LAMP"]
        assert len(found) == MOST_PARTNERS
        assert found[0] == Partner(sku="ZED", orders=2)
        assert list(found[1:]) == sorted(found[1:], key=lambda each: each.sku)

    async def test_everybody_who_has_bought_is_walked_once(self, counts: Counts) -> None:
        users = [f"user-{number}" for number in range(12)]
        orders = [an_order(f"{user}-{weeks}", user=user, weeks_ago=weeks) for user in users for weeks in (0, 1)]
        await counts.count(stands(*orders))
        found: list[str] = []
        after: str | None = ""
        while after is not None:
            page = await counts.users_after(UsersAfter(after=after, limit=5))
            assert len(page.user_ids) <= 5
            found += page.user_ids
            after = page.after
        assert sorted(found) == sorted(users)

    async def test_who_has_called_off_all_is_walked_still(self, counts: Counts) -> None:
        await counts.count([*stands(an_order()), *called_off(an_order())])
        await counts.count(stands(an_order("o2", user="bob")))
        await counts.count(called_off(an_order("o2", user="bob")))
        assert (await counts.users_after(UsersAfter(after="", limit=5))).user_ids == ("bob",)
        assert await counts.purchases_of(USERS, 0) == {}
        assert await counts.bought_since(USERS, NOW - timedelta(days=1)) == {}

    async def test_a_rebuild_counts_what_stands_and_what_happens_meanwhile(self, counts: Counts) -> None:
        lost, kept, gone = an_order("lost"), an_order("kept"), an_order("gone", "SOAP", "LAMP")
        await counts.count(stands(kept, gone))
        await counts.begin_rebuild("r1")
        new = an_order("new", "LAMP", "SOAP")
        await counts.count([*stands(new), *called_off(gone)])
        assert await counted(counts, USERS, SKUS) == recounted([kept, new])
        # The page was read before the one was called off.
        assert await counts.count_standing("r1", [lost, gone, new]) == 1
        assert await counts.count_standing("r1", [lost, kept]) == 1
        await counts.begin_rebuild("r1")
        for _ in range(2):
            await counts.finish_rebuild("r1")
        assert await counted(counts, USERS, SKUS) == recounted([lost, kept, new])
        await counts.count(called_off(lost))
        assert await counted(counts, USERS, SKUS) == recounted([kept, new])

    async def test_a_rebuild_that_another_has_replaced_changes_nothing_any_more(self, counts: Counts) -> None:
        await counts.begin_rebuild("r1")
        await counts.count_standing("r1", [an_order("o1")])
        await counts.begin_rebuild("r2")
        with pytest.raises(Conflict):
            await counts.count_standing("r1", [an_order("o2")])
        with pytest.raises(Conflict):
            await counts.finish_rebuild("r1")
        await counts.finish_rebuild("r2")
        assert await counted(counts, USERS, SKUS) == recounted([])
        with pytest.raises(Conflict):
            await counts.count_standing("r2", [an_order("o2")])

    async def test_the_shop_has_products_as_they_were_told_of_last(self, counts: Counts, shelf: Shelf) -> None:
        newer = a_product(version=3, active=False)
        assert list(await shelf.note([a_product(), newer, a_product(version=2), newer])) == [
            Outcome.APPLIED, Outcome.APPLIED, Outcome.SUPERSEDED, Outcome.DUPLICATE,
        ]  # fmt: skip
        assert list(await shelf.note([a_product("ROPE"), a_product(version=4)])) == [Outcome.APPLIED] * 2
        assert await shelf.preview(newer) is Outcome.SUPERSEDED
        assert await shelf.preview(a_product(version=4)) is Outcome.DUPLICATE
        assert (await counts.shop(NOW)).products == {"LAMP": a_product(version=4), "ROPE": a_product("ROPE")}
