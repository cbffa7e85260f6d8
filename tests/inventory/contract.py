"""What every StockStore promises; run against the one in memory and the real one."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.inventory.events import StockEvent, stock_event
from services.inventory.models import Adjustment, Reservation, ReservationState, StockItem
from services.inventory.ports import StockStore
from services.inventory.records import (
    Books,
    Changes,
    ReservationChange,
    ReservationRecord,
    Scope,
    StockAudit,
    StockChange,
    StockFaults,
)
from services.shared.errors import Problem
from services.shared.ids import SortableIds
from tests.inventory.makers import ORIGIN, lines_of
from tests.support.doubles import StandingClock

NOW = StandingClock().now()
LATER = NOW + timedelta(minutes=15)
EVERYTHING = Scope(
    order_ids=frozenset({"o1", "o2"}), skus=frozenset({"LAMP", "ROPE"}), adjustment_ids=frozenset({"a1", "a2"})
)
IDS = SortableIds()


def an_item(sku: str = "LAMP", on_hand: int = 10, reserved: int = 0, version: int = 1) -> StockItem:
    return StockItem(
        sku=sku, on_hand=on_hand, reserved=reserved, available=on_hand - reserved, version=version, updated_at=NOW
    )


def a_record(order_id: str = "o1", state: ReservationState = ReservationState.HELD) -> ReservationRecord:
    reservation = Reservation(order_id=order_id, lines=lines_of(LAMP=2), state=state, deadline=LATER)
    return ReservationRecord(reservation=reservation)


def a_refusal(order_id: str = "o2") -> ReservationRecord:
    problems = (
        Problem(code="OUT_OF_STOCK", message="LAMP: 1 left", path=("lines", "0", "quantity")),
        Problem(code="OUT_OF_STOCK", message="ROPE: 0 left", path=("lines", "1", "quantity")),
    )
    return replace(a_record(order_id, ReservationState.REFUSED), problems=problems)


def an_entry() -> Adjustment:
    return Adjustment(
        id="a1", sku="LAMP", delta=10, reason="opening stock", at=NOW, actor_id=None, on_hand=10, version=1
    )


def a_first_change() -> Changes:
    """Ten lamps are delivered, two of them held, and an order for more is refused: as one change."""
    item = an_item(reserved=2)
    return Changes(
        at=NOW,
        stock=(StockChange(item=item, was=0),),
        reservations=(
            ReservationChange(record=a_record(), was=None),
            ReservationChange(record=a_refusal(), was=None),
        ),
        adjustments=(an_entry(),),
        events=(stock_event(StockEvent.RESERVED, item, 2, "o1", IDS.new(), ORIGIN),),
    )


async def write(store: StockStore, changes: Changes) -> None:
    await store.change(EVERYTHING, lambda _: (changes, None))


async def read(store: StockStore, scope: Scope = EVERYTHING) -> Books:
    return await store.change(scope, lambda books: (Changes(at=NOW), books))


class StockStoreContract(ABC):
    """Subclasses offer a fixture `store` and say how to see the events that it stored."""

    @abstractmethod
    async def stored_events(self, store: StockStore) -> Sequence[tuple[str, str, int]]:
        """Type, subject and sequence of each event stored, in the order of their ids."""

    async def test_the_ledger_of_a_sku_is_read_newest_first_and_piece_by_piece(self, store: StockStore) -> None:
        entries = [replace(an_entry(), id=f"a{20 - number}", version=number) for number in range(1, 13)]
        rope = replace(an_entry(), id="rope", sku="ROPE")
        await write(store, Changes(at=NOW, adjustments=(*entries, rope)))
        newest_first = tuple(reversed(entries))
        assert await store.ledger("LAMP", None, 100) == newest_first
        assert await store.ledger("LAMP", None, 5) == newest_first[:5]
        assert await store.ledger("LAMP", newest_first[4].version, 5) == newest_first[5:10]
        assert await store.ledger("LAMP", 1, 5) == await store.ledger("SOAP", None, 5) == ()

    async def test_sound_stock_has_no_fault(self, store: StockStore) -> None:
        free = an_item("ROPE")
        await write(store, replace(a_first_change(), stock=(*a_first_change().stock, StockChange(item=free, was=0))))
        assert await store.faults() == await store.faults_of_held() == StockFaults()

    async def test_what_is_held_and_not_reserved_is_a_drift_and_too_much_of_it_oversold(
        self, store: StockStore
    ) -> None:
        held = (ReservationChange(record=a_record(), was=None),)
        await write(store, Changes(at=NOW, stock=(StockChange(item=an_item(), was=0),), reservations=held))
        assert await store.faults() == await store.faults_of_held() == StockFaults(drifted=1)
        none_left = replace(an_item(on_hand=1), version=2)
        await write(store, Changes(at=NOW, stock=(StockChange(item=none_left, was=1),)))
        assert await store.faults() == await store.faults_of_held() == StockFaults(drifted=1, oversold=1)

    async def test_what_is_reserved_for_nobody_is_a_drift(self, store: StockStore) -> None:
        await write(store, Changes(at=NOW, stock=(StockChange(item=an_item(reserved=2), was=0),)))
        assert await store.faults() == StockFaults(drifted=1)
        assert await store.faults_of_held() == StockFaults()

    async def test_an_empty_store_has_empty_books(self, store: StockStore) -> None:
        assert await read(store) == Books(stock={}, reservations={}, adjustments={})

    async def test_a_change_is_read_back_as_it_was(self, store: StockStore) -> None:
        await write(store, a_first_change())
        assert await read(store) == Books(
            stock={"LAMP": an_item(reserved=2)},
            reservations={"o1": a_record(), "o2": a_refusal()},
            adjustments={"a1": an_entry()},
        )
        assert await self.stored_events(store) == [("stock.reserved.v1", "LAMP", 1)]

    async def test_the_stock_of_a_reservation_is_read_with_it(self, store: StockStore) -> None:
        await write(store, a_first_change())
        books = await read(store, Scope(order_ids=frozenset({"o1"})))
        assert books.stock == {"LAMP": an_item(reserved=2)}
        assert books.adjustments == {}

    async def test_what_changes_takes_the_place_of_what_was(self, store: StockStore) -> None:
        await write(store, a_first_change())
        sold, committed = an_item(on_hand=8, version=2), a_record(state=ReservationState.COMMITTED)
        await write(
            store,
            Changes(
                at=LATER,
                stock=(StockChange(item=sold, was=1),),
                reservations=(ReservationChange(record=committed, was=ReservationState.HELD),),
            ),
        )
        books = await read(store)
        assert books.stock == {"LAMP": sold}
        assert books.reservations == {"o1": committed, "o2": a_refusal()}

    async def test_reservations_may_change_into_different_states_at_once(self, store: StockStore) -> None:
        held = tuple(ReservationChange(record=a_record(f"o{number}"), was=None) for number in (1, 2))
        await write(store, Changes(at=NOW, reservations=held))
        ends = (a_record("o1", ReservationState.COMMITTED), a_record("o2", ReservationState.RELEASED))
        moved = tuple(ReservationChange(record=record, was=ReservationState.HELD) for record in ends)
        await write(store, Changes(at=NOW, reservations=moved))
        assert (await read(store)).reservations == {"o1": ends[0], "o2": ends[1]}

    async def test_a_decision_that_fails_writes_nothing(self, store: StockStore) -> None:
        def fail(_: Books) -> tuple[Changes, None]:
            raise LookupError("a defect")

        with pytest.raises(LookupError):
            await store.change(EVERYTHING, fail)
        assert await read(store) == Books(stock={}, reservations={}, adjustments={})

    async def test_changes_at_once_build_on_each_other(self, store: StockStore) -> None:
        await write(store, a_first_change())

        def one_more(books: Books) -> tuple[Changes, int]:
            item = books.stock["LAMP"]
            more = an_item(on_hand=item.on_hand + 1, reserved=item.reserved, version=item.version + 1)
            return Changes(at=NOW, stock=(StockChange(item=more, was=item.version),)), more.version

        versions = await asyncio.gather(*(store.change(EVERYTHING, one_more) for _ in range(5)))
        assert sorted(versions) == [2, 3, 4, 5, 6]
        assert (await read(store)).stock["LAMP"].on_hand == 15

    async def test_things_first_made_at_once_are_made_once(self, store: StockStore) -> None:
        def make_if_new(books: Books) -> tuple[Changes, bool]:
            if "o1" in books.reservations:
                return Changes(at=NOW), False
            return a_first_change(), True

        made = await asyncio.gather(*(store.change(EVERYTHING, make_if_new) for _ in range(5)))
        assert sorted(made) == [False, False, False, False, True]
        assert len(await self.stored_events(store)) == 1

    async def test_items_are_found_by_sku_and_unknown_ones_left_out(self, store: StockStore) -> None:
        items = tuple(StockChange(item=an_item(sku), was=0) for sku in ("LAMP", "ROPE"))
        await write(store, Changes(at=NOW, stock=items))
        found = await store.items(["ROPE", "SOAP", "LAMP"])
        assert sorted(found, key=lambda item: item.sku) == [an_item("LAMP"), an_item("ROPE")]
        assert await store.items([]) == ()

    async def test_only_held_orders_past_their_deadline_are_overdue(self, store: StockStore) -> None:
        def due(order_id: str, deadline: datetime, state: ReservationState) -> ReservationChange:
            record = a_record(order_id, state)
            late = replace(record, reservation=replace(record.reservation, deadline=deadline))
            return ReservationChange(record=late, was=None)

        second = timedelta(seconds=1)
        changes = (
            due("at-the-deadline", NOW, ReservationState.HELD),
            due("long-past", NOW - 9 * second, ReservationState.HELD),
            due("past", NOW - second, ReservationState.HELD),
            due("to-come", NOW + timedelta(milliseconds=1), ReservationState.HELD),
            due("sold", NOW - second, ReservationState.COMMITTED),
        )
        await write(store, Changes(at=NOW, reservations=changes))
        assert await store.overdue(NOW, 9) == ("long-past", "past", "at-the-deadline")
        assert await store.overdue(NOW, 2) == ("long-past", "past")

    async def test_the_audit_counts_both_sides_of_each_account(self, store: StockStore) -> None:
        await write(store, a_first_change())
        sold = ReservationChange(record=a_record("o3", ReservationState.COMMITTED), was=None)
        gone = ReservationChange(record=a_record("o4", ReservationState.RELEASED), was=None)
        lost = replace(an_entry(), id="a2", delta=-1, reason="broken", actor_id="ops", on_hand=9, version=2)
        changed = StockChange(item=an_item(on_hand=7, reserved=2, version=2), was=1)
        await write(store, Changes(at=NOW, stock=(changed,), reservations=(sold, gone), adjustments=(lost,)))
        assert await store.audit() == (
            StockAudit(sku="LAMP", delivered=9, on_hand=7, reserved=2, available=5, held=2, committed=2),
        )
        assert (await store.audit())[0].sound
