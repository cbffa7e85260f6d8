"""What inventory promises to others, on any store: the rules of holds, deliveries and deadlines."""

import asyncio
from datetime import timedelta

import pytest

from services.inventory.errors import HoldExpired, OutOfStock
from services.inventory.models import ExpiredHolds, OpenStock, ReservationState, StockItem
from services.inventory.ports import StockStore
from services.inventory.requests import Expire
from services.inventory.service import InventoryService
from services.shared.errors import Conflict, IdempotencyMismatch, NotFound, Problem, Refused
from tests.inventory.makers import ORIGIN, TTL, a_hold, a_service, an_adjustment, opened
from tests.support.doubles import StandingClock
from tests.support.identity import OPS

State = ReservationState


async def numbers(service: InventoryService, sku: str = "LAMP") -> tuple[int, int, int]:
    """On hand, reserved, available."""
    (item,) = await service.stock_of([sku])
    return item.on_hand, item.reserved, item.available


async def assert_sound(store: StockStore) -> None:
    for account in await store.audit():
        assert account.sound, account


def problems_of(refused: pytest.ExceptionInfo[Refused]) -> tuple[Problem, ...]:
    return refused.value.problems


class InventoryRules:
    """Subclasses offer a fixture `store`."""

    @pytest.fixture
    def clock(self) -> StandingClock:
        return StandingClock()

    @pytest.fixture
    async def shop(self, store: StockStore, clock: StandingClock) -> InventoryService:
        """Ten lamps and five ropes."""
        return await opened(a_service(store, clock), LAMP=10, ROPE=5)

    async def test_opening_again_answers_with_the_item_as_it_is(self, shop: InventoryService) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        item = await shop.open_stock(OpenStock(sku="LAMP", quantity=500), ORIGIN)
        assert (item.on_hand, item.reserved, item.available, item.version) == (10, 3, 7, 2)

    async def test_a_new_item_is_answered_whole(self, shop: InventoryService, clock: StandingClock) -> None:
        item = await shop.open_stock(OpenStock(sku="SOAP", quantity=0), ORIGIN)
        assert item == StockItem(sku="SOAP", on_hand=0, reserved=0, available=0, version=1, updated_at=clock.now())

    async def test_a_hold_takes_from_what_is_available(self, shop: InventoryService, clock: StandingClock) -> None:
        held = await shop.hold_stock(a_hold("o1", LAMP=3, ROPE=5), ORIGIN)
        assert held.state is State.HELD
        assert held.deadline == clock.now() + timedelta(seconds=TTL)
        assert await numbers(shop) == (10, 3, 7)
        assert await numbers(shop, "ROPE") == (5, 5, 0)

    async def test_a_hold_takes_every_line_or_none(self, shop: InventoryService) -> None:
        await shop.open_stock(OpenStock(sku="SOAP", quantity=1), ORIGIN)
        with pytest.raises(OutOfStock) as refused:
            await shop.hold_stock(a_hold("o1", ROPE=6, LAMP=3, SOAP=2, GLUE=1), ORIGIN)
        assert problems_of(refused) == (
            Problem(code="OUT_OF_STOCK", message="ROPE: 5 left", path=("lines", "0", "quantity")),
            Problem(code="OUT_OF_STOCK", message="SOAP: 1 left", path=("lines", "2", "quantity")),
            Problem(code="OUT_OF_STOCK", message="GLUE: 0 left", path=("lines", "3", "quantity")),
        )
        assert await numbers(shop) == (10, 0, 10)

    async def test_a_refusal_stays_the_same_when_there_is_more(self, shop: InventoryService) -> None:
        with pytest.raises(OutOfStock) as first:
            await shop.hold_stock(a_hold("o1", ROPE=6), ORIGIN)
        await shop.adjust_stock(an_adjustment("a1", "ROPE", 100), OPS, ORIGIN)
        with pytest.raises(OutOfStock) as again:
            await shop.hold_stock(a_hold("o1", ROPE=6), ORIGIN)
        assert problems_of(again) == problems_of(first)
        assert await numbers(shop, "ROPE") == (105, 0, 105)

    async def test_a_hold_repeated_takes_nothing_more(self, shop: InventoryService, clock: StandingClock) -> None:
        first = await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        clock.advance(timedelta(seconds=1))
        assert await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN) == first
        assert await numbers(shop) == (10, 3, 7)

    async def test_a_hold_of_a_sold_order_answers_with_the_sale(self, shop: InventoryService) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        sold = await shop.commit_hold("o1", ORIGIN)
        assert await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN) == sold
        assert await numbers(shop) == (7, 0, 7)

    async def test_a_commit_takes_the_goods_out_of_stock_once(self, shop: InventoryService) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        sold = await shop.commit_hold("o1", ORIGIN)
        assert sold.state is State.COMMITTED
        assert await shop.commit_hold("o1", ORIGIN) == sold
        assert await numbers(shop) == (7, 0, 7)

    async def test_a_release_gives_the_held_goods_back_once(self, shop: InventoryService) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        released = await shop.release_hold("o1", ORIGIN)
        assert released.state is State.RELEASED
        assert await shop.release_hold("o1", ORIGIN) == released
        assert await numbers(shop) == (10, 0, 10)

    async def test_a_release_of_a_sale_returns_the_goods_once(self, shop: InventoryService) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        await shop.commit_hold("o1", ORIGIN)
        returned = await shop.release_hold("o1", ORIGIN)
        assert returned.state is State.RETURNED
        assert await shop.release_hold("o1", ORIGIN) == returned
        assert await numbers(shop) == (10, 0, 10)

    async def test_a_released_or_returned_order_is_never_held_or_sold_again(self, shop: InventoryService) -> None:
        for order_id in ("released", "returned"):
            await shop.hold_stock(a_hold(order_id, LAMP=3), ORIGIN)
        await shop.commit_hold("returned", ORIGIN)
        for order_id in ("released", "returned"):
            await shop.release_hold(order_id, ORIGIN)
            with pytest.raises(HoldExpired):
                await shop.hold_stock(a_hold(order_id, LAMP=3), ORIGIN)
            with pytest.raises(HoldExpired):
                await shop.commit_hold(order_id, ORIGIN)
        assert await numbers(shop) == (10, 0, 10)

    async def test_a_release_before_its_hold_keeps_the_hold_from_taking_anything(self, shop: InventoryService) -> None:
        tombstone = await shop.release_hold("o1", ORIGIN)
        assert (tombstone.state, tombstone.lines) == (State.RELEASED, ())
        with pytest.raises(HoldExpired):
            await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        assert await shop.release_hold("o1", ORIGIN) == tombstone
        assert await numbers(shop) == (10, 0, 10)

    async def test_a_refused_order_has_nothing_to_release_or_commit(self, shop: InventoryService) -> None:
        with pytest.raises(OutOfStock):
            await shop.hold_stock(a_hold("o1", LAMP=11), ORIGIN)
        assert (await shop.release_hold("o1", ORIGIN)).state is State.REFUSED
        with pytest.raises(HoldExpired):
            await shop.commit_hold("o1", ORIGIN)
        assert await numbers(shop) == (10, 0, 10)

    async def test_what_was_never_held_cannot_be_committed(self, shop: InventoryService) -> None:
        with pytest.raises(HoldExpired):
            await shop.commit_hold("o1", ORIGIN)

    async def test_a_commit_at_the_deadline_is_too_late_for_ever(
        self, shop: InventoryService, clock: StandingClock, store: StockStore
    ) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        clock.advance(timedelta(seconds=TTL))
        for _ in range(2):
            with pytest.raises(HoldExpired):
                await shop.commit_hold("o1", ORIGIN)
        clock.advance(timedelta(seconds=-1))
        with pytest.raises(HoldExpired):
            await shop.commit_hold("o1", ORIGIN)
        assert await numbers(shop) == (10, 0, 10)
        await assert_sound(store)

    async def test_a_commit_just_before_the_deadline_is_in_time(
        self, shop: InventoryService, clock: StandingClock
    ) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        clock.advance(timedelta(seconds=TTL, milliseconds=-1))
        assert (await shop.commit_hold("o1", ORIGIN)).state is State.COMMITTED

    async def test_a_sweep_releases_what_is_overdue_and_nothing_else(
        self, shop: InventoryService, clock: StandingClock, store: StockStore
    ) -> None:
        await shop.hold_stock(a_hold("late", LAMP=3), ORIGIN)
        await shop.hold_stock(a_hold("sold", LAMP=2), ORIGIN)
        await shop.commit_hold("sold", ORIGIN)
        await shop.hold_stock(a_hold("patient", TTL + 1, LAMP=1), ORIGIN)
        clock.advance(timedelta(seconds=TTL))
        assert await shop.expire_holds(10, ORIGIN) == ExpiredHolds(count=1, more=False)
        assert await numbers(shop) == (8, 1, 7)
        with pytest.raises(HoldExpired):
            await shop.hold_stock(a_hold("late", LAMP=3), ORIGIN)
        assert (await shop.release_hold("late", ORIGIN)).state is State.EXPIRED
        await assert_sound(store)

    async def test_no_hold_expires_before_its_deadline_whoever_asks(
        self, shop: InventoryService, clock: StandingClock
    ) -> None:
        """A sweep reads who is overdue first: by the time it acts, a clock that was set back disagrees."""
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        clock.advance(timedelta(seconds=TTL, milliseconds=-1))
        assert await shop.apply([Expire(order_id="o1", sweep=ORIGIN), Expire(order_id="o9", sweep=ORIGIN)]) == [
            False,
            False,
        ]
        assert await numbers(shop) == (10, 3, 7)

    async def test_a_sweep_stops_at_its_limit_and_says_so(self, shop: InventoryService, clock: StandingClock) -> None:
        for number in range(5):
            await shop.hold_stock(a_hold(f"o{number}", LAMP=1), ORIGIN)
        clock.advance(timedelta(seconds=TTL))
        assert await shop.expire_holds(3, ORIGIN) == ExpiredHolds(count=3, more=True)
        assert await numbers(shop) == (10, 2, 8)
        assert await shop.expire_holds(2, ORIGIN) == ExpiredHolds(count=2, more=False)
        assert await shop.expire_holds(2, ORIGIN) == ExpiredHolds(count=0, more=False)

    async def test_two_sweeps_at_once_release_each_hold_once(
        self, shop: InventoryService, clock: StandingClock
    ) -> None:
        for number in range(5):
            await shop.hold_stock(a_hold(f"o{number}", LAMP=1), ORIGIN)
        clock.advance(timedelta(seconds=TTL))
        sweeps = await asyncio.gather(shop.expire_holds(9, ORIGIN), shop.expire_holds(9, ORIGIN))
        assert sum(sweep.count for sweep in sweeps) == 5
        assert await numbers(shop) == (10, 0, 10)

    async def test_a_delivery_counts_once_an_id(self, shop: InventoryService) -> None:
        first = await shop.adjust_stock(an_adjustment("a1", "LAMP", 7), OPS, ORIGIN)
        assert (first.on_hand, first.available) == (17, 17)
        assert await shop.adjust_stock(an_adjustment("a1", "LAMP", 7), OPS, ORIGIN) == first
        assert (await shop.adjust_stock(an_adjustment("a2", "LAMP", 7), OPS, ORIGIN)).on_hand == 24

    async def test_a_delivery_entered_twice_at_once_counts_once(
        self, shop: InventoryService, store: StockStore
    ) -> None:
        twice = [shop.adjust_stock(an_adjustment("a1", "LAMP", 7), OPS, ORIGIN) for _ in range(2)]
        assert [item.on_hand for item in await asyncio.gather(*twice)] == [17, 17]
        await assert_sound(store)

    async def test_an_adjustment_id_stands_for_one_adjustment(self, shop: InventoryService) -> None:
        await shop.adjust_stock(an_adjustment("a1", "LAMP", 7), OPS, ORIGIN)
        for other in (an_adjustment("a1", "LAMP", 8), an_adjustment("a1", "ROPE", 7)):
            with pytest.raises(IdempotencyMismatch):
                await shop.adjust_stock(other, OPS, ORIGIN)
        assert await numbers(shop, "ROPE") == (5, 0, 5)

    async def test_a_loss_never_takes_what_is_reserved(self, shop: InventoryService) -> None:
        await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
        with pytest.raises(Conflict) as refused:
            await shop.adjust_stock(an_adjustment("a1", "LAMP", -8), OPS, ORIGIN)
        assert problems_of(refused)[0].path == ("delta",)
        assert (await shop.adjust_stock(an_adjustment("a2", "LAMP", -7), OPS, ORIGIN)).available == 0
        assert await numbers(shop) == (3, 3, 0)

    async def test_an_unknown_sku_cannot_be_adjusted(self, shop: InventoryService) -> None:
        with pytest.raises(NotFound) as refused:
            await shop.adjust_stock(an_adjustment("a1", "SOAP", 1), OPS, ORIGIN)
        assert problems_of(refused)[0].path == ("sku",)
        assert len(await shop.stock_of(["SOAP"])) == 0

    async def test_what_arrives_at_once_is_decided_in_its_order(
        self, shop: InventoryService, store: StockStore
    ) -> None:
        outcomes = await asyncio.gather(
            shop.hold_stock(a_hold("o1", ROPE=4), ORIGIN),
            shop.hold_stock(a_hold("o2", ROPE=4), ORIGIN),
            shop.commit_hold("o1", ORIGIN),
            shop.adjust_stock(an_adjustment("a1", "ROPE", 3), OPS, ORIGIN),
            shop.hold_stock(a_hold("o3", ROPE=4), ORIGIN),
            shop.release_hold("o3", ORIGIN),
            shop.release_hold("o1", ORIGIN),
            shop.hold_stock(a_hold("o4", ROPE=8), ORIGIN),
            return_exceptions=True,
        )
        states = [getattr(outcome, "state", type(outcome)) for outcome in outcomes]
        assert states == [
            State.HELD, OutOfStock, State.COMMITTED, StockItem, State.HELD, State.RELEASED, State.RETURNED, State.HELD,
        ]  # fmt: skip
        assert await numbers(shop, "ROPE") == (8, 8, 0)
        await assert_sound(store)
