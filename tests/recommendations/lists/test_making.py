"""Lists are made from what is counted, stored where a reader would see a difference, and told of where others would."""

from services.recommendations.models import ListChange, Rule, UserList
from services.recommendations.refreshing.models import CountStanding, OneRebuild, RefreshUsers, UsersAfter
from tests.recommendations.counts.makers import an_order
from tests.recommendations.lists.house import ORIGIN, House


async def a_house() -> House:
    house = House()
    await house.stock("pen", "ink", "cap")
    await house.history()
    return house


async def test_a_list_is_told_of_when_it_is_another_one() -> None:
    house = await a_house()
    assert (await house.steps.refresh_users(RefreshUsers(user_ids=("ada",)), ORIGIN)).changed == 1
    (told,) = house.lists.events
    stored = house.lists.lists["ada"]
    assert (told.type, told.subject, told.sequence) == ("recommendations.refreshed.v1", "ada", 1)
    assert (told.origin.correlation_id, told.origin.causation_id) == ("ada", ORIGIN.causation_id)
    assert [item["sku"] for item in told.data["items"]] == [item.sku for item in stored.items]
    assert (await house.steps.refresh_users(RefreshUsers(user_ids=("ada",)), ORIGIN)).changed == 0
    assert len(house.lists.events) == 1


async def test_counts_that_grow_are_stored_but_not_told() -> None:
    house = await a_house()
    await house.maker.make(["ada"], ORIGIN)
    await house.buys("ada", "pen", order="fifth", weeks_ago=1)
    was = house.lists.lists["ada"]
    assert await house.maker.make(["ada"], ORIGIN) == 1
    now = house.lists.lists["ada"]
    assert [item.sku for item in now.items] == [item.sku for item in was.items]
    assert next(item for item in now.items if item.sku == "pen").basis.orders == 5
    assert now.version == was.version == len(house.lists.events)


async def test_a_list_of_what_was_called_off_is_empty_again() -> None:
    house = House()
    await house.stock("pen")
    await house.buys("ada", "pen", order="o1")
    await house.buys("ada", "pen", order="o2")
    await house.maker.make(["ada"], ORIGIN)
    for order in ("o1", "o2"):
        await house.cancels("ada", "pen", order=order)
    await house.maker.make(["ada"], ORIGIN)
    assert house.lists.lists["ada"].items == ()
    assert [event.sequence for event in house.lists.events] == [1, 2]


async def test_nobody_without_purchases_gets_a_list() -> None:
    house = House()
    assert await house.maker.make(["ada"], ORIGIN) == 0
    assert house.lists.lists == {}


async def test_who_is_overtaken_begins_again() -> None:
    house = await a_house()
    keep, overtakings = house.lists.keep, 2

    async def overtaken(changes: list[ListChange], events: list[object]) -> bool:
        nonlocal overtakings
        if overtakings:
            overtakings -= 1
            other = UserList(user_id="ada", items=(), computed_at=house.clock.now(), version=3 - overtakings)
            house.lists.lists["ada"] = other
            return False
        return await keep(changes, events)  # type: ignore[arg-type]

    house.lists.keep = overtaken  # type: ignore[method-assign, assignment]
    assert await house.maker.make(["ada"], ORIGIN) == 1
    assert house.lists.lists["ada"].version == 4


async def test_everybody_who_bought_is_walked_and_counts_can_be_made_anew() -> None:
    house = await a_house()
    page = await house.steps.users_after(UsersAfter(after="", limit=100))
    assert "ada" in page.user_ids
    await house.steps.begin_rebuild(OneRebuild(rebuild_id="r1"))
    orders = (an_order("o1", user="bob"), an_order("o2", user="bob"))
    assert (await house.steps.count_standing(CountStanding(rebuild_id="r1", orders=orders))).counted == 2
    await house.steps.finish_rebuild(OneRebuild(rebuild_id="r1"))
    assert (await house.steps.users_after(UsersAfter(after="", limit=100))).user_ids == ("bob",)


async def test_all_lists_of_a_job_are_made_of_the_same_pairs_and_those_of_the_next_of_newer_ones() -> None:
    house = await a_house()
    await house.steps.refresh_users(RefreshUsers(user_ids=("ada",), job="night-1"), ORIGIN)
    for number in range(5):
        await house.buys(f"fan-{number}", "pen", "cap", order=f"fan-{number}")
    assert "cap" not in await _goes_with(house, RefreshUsers(user_ids=("ada",), job="night-1"))
    assert "cap" in await _goes_with(house, RefreshUsers(user_ids=("ada",), job="night-2"))


async def test_the_list_of_who_has_just_bought_is_made_of_what_is_counted_now() -> None:
    house = await a_house()
    await house.steps.refresh_users(RefreshUsers(user_ids=("ada",), job="night-1"), ORIGIN)
    for number in range(5):
        await house.buys(f"fan-{number}", "pen", "cap", order=f"fan-{number}")
    assert "cap" in await _goes_with(house, RefreshUsers(user_ids=("ada",)))


async def _goes_with(house: House, wish: RefreshUsers) -> set[str]:
    """What the user's list recommends since it goes with something."""
    await house.steps.refresh_users(wish, ORIGIN)
    (user_id,) = wish.user_ids
    return {item.sku for item in house.lists.lists[user_id].items if item.rule is Rule.BOUGHT_TOGETHER}
