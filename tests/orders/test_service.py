"""The rules of orders: transitions, repeated wishes, races, pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.orders.memory import MemoryOrderStore
from services.orders.models import AdvanceOrder, Order, OrderQuery, OrderStatus
from services.orders.ports import OrderStore
from services.orders.service import OrderService
from services.shared.errors import Conflict, IdempotencyMismatch, Invalid, NotFound, Problem, Unavailable
from services.shared.events import Event
from services.shared.money import MAX_MINOR, Money
from services.shared.pages import encode_cursor
from tests.orders.makers import MOMENT, ORIGIN, REASON, a_wish, an_order
from tests.support.doubles import CountingIds, StandingClock
from tests.support.identity import OPS

WAYS = {
    ("PLACED", "RESERVED"),
    ("PLACED", "REJECTED"),
    ("PLACED", "CANCELLED"),
    ("RESERVED", "CONFIRMED"),
    ("RESERVED", "REJECTED"),
    ("RESERVED", "CANCELLED"),
    ("CONFIRMED", "SHIPPED"),
    ("CONFIRMED", "CANCELLED"),
    ("SHIPPED", "DELIVERED"),
}
"""Every change that an order may make, and no other."""


@pytest.fixture
def store() -> MemoryOrderStore:
    return MemoryOrderStore()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(MOMENT)


@pytest.fixture
def orders(store: MemoryOrderStore, clock: StandingClock) -> OrderService:
    return OrderService(store, clock, CountingIds())


def to(status: OrderStatus, reason: Problem | None = None, tracking_number: str | None = None) -> AdvanceOrder:
    return AdvanceOrder(order_id="o1", status=status, reason=reason, tracking_number=tracking_number)


async def test_a_recorded_order_is_placed_and_told(orders: OrderService, store: MemoryOrderStore) -> None:
    order = await orders.record_order(a_wish(), ORIGIN)
    assert order == an_order()
    (event,) = store.events
    assert (event.type, event.subject, event.sequence, event.time) == ("order.placed.v1", "o1", 1, MOMENT)
    assert event.origin == ORIGIN


async def test_recording_again_answers_the_order_as_it_is_now(orders: OrderService, store: MemoryOrderStore) -> None:
    await orders.record_order(a_wish(), ORIGIN)
    reserved = await orders.advance_order(to(OrderStatus.RESERVED), ORIGIN)
    assert await orders.record_order(a_wish(), ORIGIN) == reserved
    assert len(store.events) == 2


async def test_another_input_under_the_same_id_is_a_mismatch(orders: OrderService, store: MemoryOrderStore) -> None:
    await orders.record_order(a_wish(), ORIGIN)
    with pytest.raises(IdempotencyMismatch):
        await orders.record_order(a_wish(fingerprint="other"), ORIGIN)
    assert await orders.orders_by_id(["o1"]) == (an_order(),)
    assert len(store.events) == 1


@pytest.mark.parametrize("minor", [-1, MAX_MINOR + 1, 10**20])
async def test_a_total_that_cannot_be_stored_is_invalid_and_keeps_nothing(
    orders: OrderService, store: MemoryOrderStore, minor: int
) -> None:
    with pytest.raises(Invalid):
        await orders.record_order(replace(a_wish(), total=Money(minor=minor, currency="EUR")), ORIGIN)
    assert await store.by_ids(["o1"]) == ()
    assert store.events == []


@pytest.mark.parametrize("after", OrderStatus)
@pytest.mark.parametrize("before", OrderStatus)
async def test_an_order_changes_along_the_table_only(
    orders: OrderService, store: MemoryOrderStore, before: OrderStatus, after: OrderStatus
) -> None:
    await store.insert(an_order(status=before), [])
    if (before, after) in WAYS:
        order = await orders.advance_order(to(after), ORIGIN)
        assert (order.status, order.version) == (after, 2)
        assert [event.type for event in store.events] == [f"order.{after.lower()}.v1"]
    elif before is after:
        assert await orders.advance_order(to(after), ORIGIN) == an_order(status=before)
        assert store.events == []
    else:
        with pytest.raises(Conflict, match=f"{before}.*{after}"):
            await orders.advance_order(to(after), ORIGIN)
        assert await orders.orders_by_id(["o1"]) == (an_order(status=before),)
        assert store.events == []


async def test_the_whole_way_is_kept_as_history(
    orders: OrderService, store: MemoryOrderStore, clock: StandingClock
) -> None:
    order = await orders.record_order(a_wish(), ORIGIN)
    for status in (OrderStatus.RESERVED, OrderStatus.CONFIRMED, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        clock.advance(timedelta(seconds=1))
        order = await orders.advance_order(to(status, tracking_number="1Z" if status == "SHIPPED" else None), ORIGIN)
    assert [(change.status, (change.at - MOMENT).seconds) for change in order.history] == [
        ("PLACED", 0),
        ("RESERVED", 1),
        ("CONFIRMED", 2),
        ("SHIPPED", 3),
        ("DELIVERED", 4),
    ]
    assert order.tracking_number == "1Z"
    assert order.placed_at == MOMENT
    assert [event.sequence for event in store.events] == [1, 2, 3, 4, 5]


async def test_a_rejection_keeps_its_reason_also_when_repeated_with_another(orders: OrderService) -> None:
    await orders.record_order(a_wish(), ORIGIN)
    rejected = await orders.advance_order(to(OrderStatus.REJECTED, REASON), ORIGIN)
    assert rejected.reason == REASON
    other = Problem(code="PAYMENT_DECLINED", message="no")
    assert await orders.advance_order(to(OrderStatus.REJECTED, other), ORIGIN) == rejected


async def test_an_unknown_order_is_not_found(orders: OrderService) -> None:
    with pytest.raises(NotFound):
        await orders.advance_order(to(OrderStatus.RESERVED), ORIGIN)


class Overtaken(MemoryOrderStore):
    """A store in which others change the order just before each of the first few replacements."""

    def __init__(self, times: int, status: OrderStatus) -> None:
        super().__init__()
        self._left = times
        self._status = status

    async def replace(self, order: Order, expected_version: int, events: Sequence[Event]) -> bool:
        if self._left:
            self._left -= 1
            (stored,) = await self.by_ids([order.id])
            await super().replace(replace(stored, status=self._status, version=stored.version + 1), stored.version, ())
        return await super().replace(order, expected_version, events)


def overtaken(store: OrderStore) -> OrderService:
    return OrderService(store, StandingClock(MOMENT), CountingIds())


async def test_a_change_that_was_overtaken_is_made_on_the_new_state() -> None:
    store = Overtaken(3, OrderStatus.PLACED)
    await store.insert(an_order(), [])
    order = await overtaken(store).advance_order(to(OrderStatus.RESERVED), ORIGIN)
    assert (order.status, order.version) == (OrderStatus.RESERVED, 5)
    assert await store.by_ids(["o1"]) == (order,)
    assert [event.sequence for event in store.events] == [5]


async def test_a_change_that_its_twin_made_first_is_no_change() -> None:
    store = Overtaken(1, OrderStatus.RESERVED)
    await store.insert(an_order(), [])
    order = await overtaken(store).advance_order(to(OrderStatus.RESERVED), ORIGIN)
    assert (order.status, order.version) == (OrderStatus.RESERVED, 2)
    assert store.events == []


async def test_a_change_that_became_impossible_meanwhile_is_refused() -> None:
    store = Overtaken(1, OrderStatus.CANCELLED)
    await store.insert(an_order(), [])
    with pytest.raises(Conflict, match=r"CANCELLED.*RESERVED"):
        await overtaken(store).advance_order(to(OrderStatus.RESERVED), ORIGIN)


async def test_a_change_that_is_overtaken_without_end_gives_up() -> None:
    store = Overtaken(1000, OrderStatus.PLACED)
    await store.insert(an_order(), [])
    with pytest.raises(Unavailable):
        await overtaken(store).advance_order(to(OrderStatus.RESERVED), ORIGIN)
    assert store.events == []


async def test_what_another_process_changed_meanwhile_is_seen(orders: OrderService, store: MemoryOrderStore) -> None:
    other = overtaken(store)
    await orders.record_order(a_wish(), ORIGIN)
    await other.advance_order(to(OrderStatus.RESERVED), ORIGIN)
    assert (await orders.advance_order(to(OrderStatus.RESERVED), ORIGIN)).version == 2
    await orders.advance_order(to(OrderStatus.CONFIRMED), ORIGIN)
    await other.advance_order(to(OrderStatus.CANCELLED, REASON), ORIGIN)
    with pytest.raises(Conflict, match=r"CANCELLED.*SHIPPED"):
        await orders.advance_order(to(OrderStatus.SHIPPED), ORIGIN)
    assert [event.sequence for event in store.events] == [1, 2, 3, 4]


class Unread(MemoryOrderStore):
    """A store that nobody needs to ask."""

    async def by_ids(self, ids: Sequence[str]) -> tuple[Order, ...]:
        raise AssertionError(ids)


async def test_the_process_that_wrote_an_order_last_changes_it_without_a_read() -> None:
    orders = overtaken(Unread())
    await orders.record_order(a_wish(), ORIGIN)
    for status in (OrderStatus.RESERVED, OrderStatus.CONFIRMED, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        assert (await orders.advance_order(to(status), ORIGIN)).status is status


@pytest.mark.parametrize("first", [-1, 0, 101])
async def test_a_page_size_out_of_range_is_invalid(orders: OrderService, first: int) -> None:
    with pytest.raises(Invalid) as refused:
        await orders.list_orders(OrderQuery(first=first), OPS)
    assert refused.value.problems[0].path == ("first",)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "\N{SNOWMAN}", encode_cursor("o1", 1), encode_cursor(1), encode_cursor(10**16, "o1")],
)
async def test_a_cursor_of_something_else_is_invalid(orders: OrderService, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        await orders.list_orders(OrderQuery(after=cursor), OPS)
    assert refused.value.problems[0].path == ("after",)


@pytest.mark.parametrize("moment", [-1, 253402300799999])
async def test_a_forged_cursor_is_no_harm(orders: OrderService, moment: int) -> None:
    await orders.record_order(a_wish(), ORIGIN)
    page = await orders.list_orders(OrderQuery(after=encode_cursor(moment, "o0")), OPS)
    assert len(page.edges) == (moment > 0)
