"""All orders that stand are walked page by page, each once, whenever they were placed; a page reads little more."""

from datetime import timedelta

import pytest

from services.orders.memory import MemoryOrderStore
from services.orders.models import Order, OrderStatus
from services.orders.service import OrderService
from services.orders.standing import Span
from services.shared.errors import Invalid
from services.shared.pages import encode_cursor
from services.shared.standing_orders import ListStandingOrders, StandingLine
from tests.orders.makers import MOMENT, an_order
from tests.support.doubles import CountingIds, StandingClock

AGES = {
    "the same moment": [timedelta()] * 30,
    "some a second": [timedelta(milliseconds=150 * number) for number in range(60)],
    "one a year": [timedelta(days=365 * number) for number in range(12)],
    "a crowd long ago": [timedelta(), *(timedelta(days=900, seconds=number) for number in range(40))],
    "none": [],
}


class CountingStore(MemoryOrderStore):
    """Knows how many orders were in the fullest span that it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.fullest = 0

    async def placed_in(self, span: Span, limit: int) -> tuple[Order, ...]:
        self.fullest = max(self.fullest, len(await super().placed_in(span, 10_000)))
        return await super().placed_in(span, limit)


@pytest.mark.parametrize("limit", [1, 7, 200])
@pytest.mark.parametrize("ages", AGES)
async def test_each_is_on_one_page(ages: str, limit: int) -> None:
    store = CountingStore()
    for number, age in enumerate(AGES[ages]):
        await store.insert(an_order(f"o{number}", status=OrderStatus.CONFIRMED, placed=-age), [])
    await store.insert(an_order("rejected", status=OrderStatus.REJECTED), [])
    seen, _ = await walked(OrderService(store, StandingClock(MOMENT), CountingIds()), limit)
    assert sorted(seen) == sorted(f"o{number}" for number in range(len(AGES[ages])))


async def test_a_span_holds_little_more_than_a_page() -> None:
    store = CountingStore()
    for number in range(2000):
        placed = -timedelta(minutes=number)
        await store.insert(an_order(f"o{number}", status=OrderStatus.SHIPPED, placed=placed), [])
    seen, pages = await walked(OrderService(store, StandingClock(MOMENT), CountingIds()), 50)
    assert (len(seen), len(set(seen))) == (2000, 2000)
    assert store.fullest <= 4 * 50
    assert pages < 80


async def test_it_tells_who_bought_what_and_when() -> None:
    store = MemoryOrderStore()
    await store.insert(an_order("o1", customer="c9", status=OrderStatus.DELIVERED), [])
    page = await OrderService(store, StandingClock(MOMENT), CountingIds()).list_standing(ListStandingOrders())
    (order,) = page.orders
    assert (order.order_id, order.customer_id, order.placed_at) == ("o1", "c9", MOMENT)
    assert order.lines == (StandingLine(sku="SHOE-1", quantity=2), StandingLine(sku="SOCK-1", quantity=1))


@pytest.mark.parametrize("after", ["nonsense", encode_cursor(1), encode_cursor(2**62, "o1", 1)])
async def test_what_no_page_gave_is_refused(after: str) -> None:
    orders = OrderService(MemoryOrderStore(), StandingClock(MOMENT), CountingIds())
    with pytest.raises(Invalid) as refusal:
        await orders.list_standing(ListStandingOrders(after=after))
    assert refusal.value.problems[0].path == ("after",)


async def walked(orders: OrderService, limit: int) -> tuple[list[str], int]:
    """The ids on all pages, and how many pages there are."""
    seen: list[str] = []
    wish, pages = ListStandingOrders(limit=limit), 0
    while True:
        page = await orders.list_standing(wish)
        pages += 1
        seen += [order.order_id for order in page.orders]
        if not page.has_more:
            return seen, pages
        wish = ListStandingOrders(after=page.after, limit=limit)
