"""The planted bugs: for each invariant, the ways in which facts can break it. Values and small changes only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from cli.invariants.event_records import Position
from cli.invariants.records import AdjustmentFact, Facts, ReservationFact
from tests.invariants.count_plants import COUNT_PLANTS
from tests.invariants.healthy import LINES, TOTAL, an_order, entry, event, receipt, record_of
from tests.invariants.healthy_messages import NOON
from tests.invariants.message_plants import MESSAGE_PLANTS

Item = TypeVar("Item")
Plant = Callable[[Facts], Facts]

ELSEWHERE = Position(topic="caravan.orders", partition=1, offset=1)


def _changed(item: Item, changes: dict[str, object]) -> Item:
    return replace(item, **changes)  # type: ignore[type-var]


def _with_first(items: tuple[Item, ...], changes: dict[str, object]) -> tuple[Item, ...]:
    return (_changed(items[0], changes), *items[1:])


def _stock(**changes: object) -> Plant:
    return lambda facts: replace(facts, stock=_with_first(facts.stock, changes))


def _order(order_id: str, **changes: object) -> Plant:
    def plant(facts: Facts) -> Facts:
        orders = [_changed(order, changes) if order.id == order_id else order for order in facts.orders]
        return replace(facts, orders=tuple(orders))

    return plant


def _payment(order_id: str, **changes: object) -> Plant:
    def plant(facts: Facts) -> Facts:
        payments = [_changed(paid, changes) if paid.order_id == order_id else paid for paid in facts.payments]
        return replace(facts, payments=tuple(payments))

    return plant


def _reservation(order_id: str, **changes: object) -> Plant:
    def plant(facts: Facts) -> Facts:
        kept = [_changed(held, changes) if held.order_id == order_id else held for held in facts.reservations]
        return replace(facts, reservations=tuple(kept))

    return plant


def _done(order_id: str, kind: str, amount: int = TOTAL) -> Plant:
    return lambda facts: replace(facts, ledger=(*facts.ledger, entry(order_id, kind, amount)))


def _undone(order_id: str, kind: str) -> Plant:
    def plant(facts: Facts) -> Facts:
        left = [done for done in facts.ledger if (done.order_id, done.kind) != (order_id, kind)]
        return replace(facts, ledger=tuple(left))

    return plant


def _forgotten(order_id: str) -> Plant:
    return lambda facts: replace(facts, ledger=tuple(done for done in facts.ledger if done.order_id != order_id))


def _sold_more(facts: Facts) -> Facts:
    sold = ReservationFact(order_id="ghost", state="COMMITTED", lines=LINES)
    return replace(facts, reservations=(*facts.reservations, sold))


def _second_reservation(facts: Facts) -> Facts:
    return replace(
        facts, reservations=(*facts.reservations, replace(facts.reservations[0], state="RELEASED", lines=()))
    )


def _without_payment(facts: Facts) -> Facts:
    return replace(facts, payments=facts.payments[1:])


def _workflow(*order_ids: str) -> Plant:
    return lambda facts: replace(facts, alive=frozenset(order_ids))


def _in_the_middle(facts: Facts) -> Facts:
    return replace(facts, orders=(*facts.orders, an_order("moving", "RESERVED")), alive=facts.alive | {"moving"})


def _first_event(**changes: object) -> Plant:
    return lambda facts: replace(facts, events=_with_first(facts.events, changes))


def _first_record(**changes: object) -> Plant:
    return lambda facts: replace(facts, records=_with_first(facts.records, changes))


def _silent_change(facts: Facts) -> Facts:
    return replace(facts, versions={**facts.versions, ("caravan.orders", "confirmed"): 3})


def _told_twice(facts: Facts) -> Facts:
    return replace(facts, events=(*facts.events, event("confirmed", 2, "another")))


def _lost_record(facts: Facts) -> Facts:
    return replace(facts, records=facts.records[1:])


def _lost_after_trimming(facts: Facts) -> Facts:
    return replace(facts, records=facts.records[1:], log_since=NOON - timedelta(seconds=1))


def _swapped(facts: Facts) -> Facts:
    first, second, *rest = facts.records
    return replace(facts, records=(second, first, *rest))


def _published_under_two_ids(facts: Facts) -> Facts:
    return replace(facts, records=(*facts.records, record_of(event("confirmed", 2, "another"))))


def _handled(*changes: tuple[str, str]) -> Plant:
    """Receipts of the listener: taken away ("-") or added ("+")."""

    def plant(facts: Facts) -> Facts:
        left = tuple(each for each in facts.receipts if ("-", each.event_id) not in changes)
        return replace(facts, receipts=(*left, *(receipt(event_id) for sign, event_id in changes if sign == "+")))

    return plant


def _behind(facts: Facts) -> Facts:
    return replace(facts, lags=_with_first(facts.lags, {"behind": 1}))


def _lost_letter(facts: Facts) -> Facts:
    return replace(facts, letters=())


def _letter_of(**changes: object) -> Plant:
    return lambda facts: replace(facts, letters=_with_first(facts.letters, changes))


def _noted(**changes: object) -> Plant:
    return lambda facts: replace(facts, notes=_with_first(facts.notes, changes))


def _never_noted(facts: Facts) -> Facts:
    return replace(facts, notes=())


def _told_by_nobody(facts: Facts) -> Facts:
    return replace(facts, records=(*facts.records, record_of(event("ghost", 1))))


def _no_event_at_all(facts: Facts) -> Facts:
    odd = replace(record_of(event("ghost", 1)), event_id=None, type="", sequence=0)
    return replace(facts, records=(*facts.records, odd))


def _adjusted(sku: str) -> Plant:
    return lambda facts: replace(facts, adjustments=(*facts.adjustments, AdjustmentFact(sku=sku, delta=1)))


PLANTED: dict[str, dict[str, Plant]] = {
    "on hand = available + reserved": {"a unit vanished": _stock(available=5), "a unit appeared": _stock(on_hand=7)},
    "reserved = what orders hold": {
        "reserved for nobody": _stock(reserved=1, available=5),
        "held but not reserved": _reservation("declined", state="HELD"),
    },
    "delivered = on hand + sold": {
        "a delivery that never arrived": _adjusted("ROPE"),
        "a SKU nobody keeps": _adjusted("TENT"),
        "sold without leaving": _reservation("cancelled", state="COMMITTED"),
    },
    "nothing oversold": {
        "below zero": _stock(on_hand=-1, available=-1),
        "reserved below zero": _stock(reserved=-1, available=7),
    },
    "one reservation an order": {"a second one": _second_reservation},
    "goods follow orders": {
        "undone but kept": _reservation("cancelled", state="COMMITTED"),
        "standing without goods": _reservation("delivered", state="EXPIRED"),
        "other goods": _reservation("confirmed", lines=(("LAMP", 3),)),
        "goods of no order": _sold_more,
    },
    "captured - refunded = standing orders": {
        "confirmed but not paid": _undone("confirmed", "capture"),
        "captured too much": _done("confirmed", "capture", 1),
        "cancelled but not refunded": _undone("cancelled", "refund"),
        "refunded but standing": _done("delivered", "refund"),
        "charge of no order": _done("ghost", "capture"),
        "dearer than paid": _order("confirmed", total=TOTAL + 1),
        "another currency": _order("confirmed", currency="USD"),
    },
    "one charge an order": {
        "captured twice": _done("confirmed", "capture"),
        "authorised twice": _done("confirmed", "authorization"),
    },
    "undone orders keep no money": {
        "authorisation left": _undone("declined-late", "void"),
        "capture left": _undone("cancelled", "refund"),
    },
    "payments agree with the provider": {
        "another state": _payment("confirmed", status="AUTHORIZED"),
        "another reference": _payment("confirmed", reference="auth-other"),
        "another amount": _payment("confirmed", amount=1),
        "no record of it": _without_payment,
        "the provider knows nothing": _forgotten("declined-late"),
        "never began": _payment("delivered", status="PENDING"),
    },
    "every order final or alive": {
        "alive but final": _workflow("confirmed", "delivered"),
        "waiting for nobody": _workflow(),
        "a workflow without an order": _workflow("confirmed", "ghost"),
    },
    "at rest": {
        "an order in the middle": _in_the_middle,
        "a workflow without an order": _workflow("confirmed", "ghost"),
        "an event not sent": _first_event(sent=False),
        "a consumer that is behind": _behind,
    },
    "every change has its event": {
        "a change nobody told": _silent_change,
        "a gap": _first_event(sequence=3),
        "a change told twice": _told_twice,
    },
    "every event sent": {"the relay forgot one": _first_event(sent=False)},
    "every event on Kafka": {
        "lost": _lost_record,
        "lost though the log was trimmed": _lost_after_trimming,
        "under another key": _first_record(key="delivered"),
        "as another type": _first_record(type="order.shipped.v1"),
    },
    "events unique and in order": {
        "out of order": _swapped,
        "one change under two ids": _published_under_two_ids,
    },
    "no event that nobody told": {"told by nobody": _told_by_nobody, "no event at all": _no_event_at_all},
    "every event has its effect once": {
        "lost on the way": _handled(("-", "confirmed-1")),
        "had twice": _handled(("+", "confirmed-1")),
        "given up and not kept": _lost_letter,
        "given up by another": _letter_of(consumer="another"),
        "given up somewhere else": _letter_of(position=ELSEWHERE),
        "another given up there": _letter_of(event_id="another"),
        "no event at all, and not given up": _no_event_at_all,
    },
    "no effect without its event": {"an effect of nothing": _handled(("+", "never-told"))},
    "the catalogue knows the stock": {"another number": _noted(available=5), "not a word": _never_noted},
    "every dead letter is kept": {
        "not taken in": _lost_letter,
        "only that of another consumer is": _letter_of(consumer="another", found_at=ELSEWHERE),
    },
    **MESSAGE_PLANTS,
    **COUNT_PLANTS,
}
"""By invariant: what went wrong, and how facts look then."""
