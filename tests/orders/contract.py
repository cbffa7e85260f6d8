"""What every OrderStore promises; run against the one in memory and the real one."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.orders.models import EPOCH, Order, OrderPosition, OrderQuery, OrderStatus, StatusChange
from services.orders.ports import OrderStore
from services.orders.standing import Span
from services.shared.errors import Problem
from tests.orders.makers import MOMENT, REASON, an_event, an_order

LIST = {
    "o1": ("c1", OrderStatus.PLACED, 0),
    "o2": ("c2", OrderStatus.PLACED, 1),
    "o3": ("c1", OrderStatus.CONFIRMED, 2),
    "o4": ("c1", OrderStatus.PLACED, 2),
    "o5": ("c2", OrderStatus.CONFIRMED, 2),
    "o6": ("c1", OrderStatus.PLACED, 3),
}
"""Customer, status and the second of placing; three in the same one."""


def advanced(order: Order, **changes: object) -> Order:
    """The order, one version on."""
    return replace(order, version=order.version + 1, **changes)  # type: ignore[arg-type]


class OrderStoreContract(ABC):
    """Subclasses offer a fixture `store` and say how to see what it stored."""

    @abstractmethod
    async def stored_events(self, store: OrderStore) -> Sequence[tuple[str, int]]:
        """Id and sequence of each event stored, by id."""

    async def test_an_inserted_order_is_found_as_it_was_with_its_event(self, store: OrderStore) -> None:
        assert await store.insert(an_order(), [an_event()]) == an_order()
        assert await store.by_ids(["o1"]) == (an_order(),)
        assert await self.stored_events(store) == [("e1", 1)]

    async def test_a_second_insert_answers_the_first_and_stores_nothing(self, store: OrderStore) -> None:
        await store.insert(an_order(), [an_event("e1")])
        other = an_order(fingerprint="other")
        assert await store.insert(other, [an_event("e2")]) == an_order()
        assert await store.by_ids(["o1"]) == (an_order(),)
        assert await self.stored_events(store) == [("e1", 1)]

    async def test_of_many_inserts_at_once_one_is_stored_and_answered_to_all(self, store: OrderStore) -> None:
        inserts = (store.insert(an_order(fingerprint=f"f{n}"), [an_event(f"e{n}")]) for n in range(8))
        answers = await asyncio.gather(*inserts)
        (stored,) = await store.by_ids(["o1"])
        assert answers == [stored] * 8
        assert await self.stored_events(store) == [(f"e{stored.fingerprint[1:]}", 1)]

    @pytest.mark.parametrize("reason", [REASON, Problem(code="CONFLICT", message="cancelled by its customer")])
    async def test_a_replaced_order_is_kept_whole(self, store: OrderStore, reason: Problem) -> None:
        order = await store.insert(an_order(), [an_event()])
        change = StatusChange(status=OrderStatus.REJECTED, at=MOMENT + timedelta(seconds=1))
        after = advanced(
            order,
            status=OrderStatus.REJECTED,
            history=(*order.history, change),
            reason=reason,
            tracking_number="1Z 999",
        )
        assert await store.replace(after, 1, [an_event("e2", sequence=2)])
        assert await store.by_ids(["o1"]) == (after,)
        assert await self.stored_events(store) == [("e1", 1), ("e2", 2)]

    @pytest.mark.parametrize("expected", [1, 3])
    async def test_another_version_is_not_replaced_and_tells_nothing(self, store: OrderStore, expected: int) -> None:
        order = await store.insert(an_order(), [an_event()])
        second = advanced(order, status=OrderStatus.RESERVED)
        await store.replace(second, 1, [an_event("e2", sequence=2)])
        assert not await store.replace(advanced(second), expected, [an_event("e3", sequence=3)])
        assert await store.by_ids(["o1"]) == (second,)
        assert await self.stored_events(store) == [("e1", 1), ("e2", 2)]

    async def test_an_unknown_order_is_not_replaced(self, store: OrderStore) -> None:
        assert not await store.replace(advanced(an_order()), 1, [an_event()])
        assert await store.by_ids(["o1"]) == ()
        assert await self.stored_events(store) == []

    async def test_of_many_replacements_at_once_one_wins(self, store: OrderStore) -> None:
        order = await store.insert(an_order(), [])
        rivals = [advanced(order, tracking_number=f"t{n}") for n in range(8)]
        attempts = (store.replace(rival, 1, [an_event(f"e{n}")]) for n, rival in enumerate(rivals))
        won = await asyncio.gather(*attempts)
        assert won.count(True) == 1
        assert await store.by_ids(["o1"]) == (rivals[won.index(True)],)
        assert await self.stored_events(store) == [(f"e{won.index(True)}", 1)]

    async def test_orders_are_found_by_id_each_once_and_unknown_ones_left_out(self, store: OrderStore) -> None:
        await store.insert(an_order("o1"), [])
        await store.insert(an_order("o2"), [])
        found = await store.by_ids(["o2", "o1", "o2", "o9"])
        assert sorted(order.id for order in found) == ["o1", "o2"]
        assert await store.by_ids([]) == ()

    @pytest.mark.parametrize(
        ("customer", "status", "expected"),
        [
            (None, None, "o6 o5 o4 o3 o2 o1"),
            ("c1", None, "o6 o4 o3 o1"),
            (None, OrderStatus.PLACED, "o6 o4 o2 o1"),
            ("c1", OrderStatus.PLACED, "o6 o4 o1"),
            ("c2", OrderStatus.CONFIRMED, "o5"),
            ("c9", None, ""),
        ],
    )
    @pytest.mark.parametrize("size", [1, 2, 3, 20])
    async def test_pages_hold_every_match_once_newest_first(
        self, store: OrderStore, customer: str | None, status: OrderStatus | None, expected: str, size: int
    ) -> None:
        await fill(store)
        query = OrderQuery(first=size, customer_id=customer, status=status)
        assert await walked(store, query) == expected.split()

    async def test_orders_of_all_times_come_by_their_moment(self, store: OrderStore) -> None:
        for order_id, days in (("o1", 1), ("o2", -20000), ("o3", 2_000_000), ("o4", -1)):
            await store.insert(an_order(order_id, placed=timedelta(days=days)), [])
        assert await walked(store, OrderQuery(first=1)) == ["o3", "o1", "o4", "o2"]

    async def test_an_order_placed_meanwhile_moves_no_page(self, store: OrderStore) -> None:
        await fill(store)
        first = await store.page(OrderQuery(first=3))
        await store.insert(an_order("o7", placed=timedelta(seconds=9)), [])
        second = await store.page(OrderQuery(first=3, after=first.edges[-1].cursor))
        assert [edge.node.id for edge in second.edges] == ["o3", "o2", "o1"]

    async def test_a_page_tells_what_is_around_it(self, store: OrderStore) -> None:
        await fill(store)
        first = await store.page(OrderQuery(first=4))
        assert (first.has_previous, first.has_next) == (False, True)
        last = await store.page(OrderQuery(first=2, after=first.edges[-1].cursor))
        assert (last.has_previous, last.has_next) == (True, False)

    async def test_a_span_holds_what_was_placed_in_it_newest_first(self, store: OrderStore) -> None:
        await fill(store)
        ends = OrderPosition(placed_at=MOMENT + timedelta(days=1), order_id="")
        spans = [Span(since=since, before=ends) for since in (EPOCH, MOMENT + timedelta(seconds=2))]
        found = [[order.id for order in await store.placed_in(span, 9)] for span in spans]
        assert found == [["o6", "o5", "o4", "o3", "o2", "o1"], ["o6", "o5", "o4", "o3"]]
        assert [order.id for order in await store.placed_in(spans[0], 2)] == ["o6", "o5"]
        before_the_fifth = OrderPosition(placed_at=MOMENT + timedelta(seconds=2), order_id="o5")
        behind = await store.placed_in(Span(since=spans[1].since, before=before_the_fifth), 9)
        assert [order.id for order in behind] == ["o4", "o3"]


async def fill(store: OrderStore) -> None:
    for order_id, (customer, status, second) in LIST.items():
        placed = timedelta(seconds=second)
        await store.insert(an_order(order_id, customer=customer, status=status, placed=placed), [])


async def walked(store: OrderStore, query: OrderQuery) -> list[str]:
    """The ids of all pages, one after the other."""
    seen = []
    while True:
        page = await store.page(query)
        seen += [edge.node.id for edge in page.edges]
        assert len(page.edges) <= query.first
        if not page.has_next:
            return seen
        query = replace(query, after=page.edges[-1].cursor)
