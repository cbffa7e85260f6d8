"""The invariants of stock: what inventory keeps adds up, and follows the orders. Pure."""

from collections import Counter

from cli.invariants.records import STANDING, UNDONE, Facts, ReservationFact
from cli.invariants.verdict import Invariant, Verdict, counted

HELD = "HELD"
COMMITTED = "COMMITTED"


def adds_up(facts: Facts) -> Verdict:
    """On hand is available plus reserved, for every SKU."""
    breaches = [
        f"{item.sku}: {item.on_hand} on hand, but {item.available} available and {item.reserved} reserved"
        for item in facts.stock
        if item.on_hand != item.available + item.reserved
    ]
    return Verdict(seen=counted(len(facts.stock), "SKU"), breaches=breaches)


def reserved_is_held(facts: Facts) -> Verdict:
    """What a SKU has reserved is what the HELD reservations hold of it."""
    held = _quantities(facts, HELD)
    reserved = {item.sku: item.reserved for item in facts.stock}
    breaches = [
        f"{sku}: {reserved.get(sku, 0)} reserved, but orders hold {held[sku]}"
        for sku in sorted(reserved.keys() | held.keys())
        if reserved.get(sku, 0) != held[sku]
    ]
    return Verdict(seen=counted(held.total(), "unit") + " held", breaches=breaches)


def delivered_is_kept_or_sold(facts: Facts) -> Verdict:
    """All that was ever delivered (less what was lost) is on hand or sold."""
    sold = _quantities(facts, COMMITTED)
    delivered: Counter[str] = Counter()
    for entry in facts.adjustments:
        delivered[entry.sku] += entry.delta
    on_hand = {item.sku: item.on_hand for item in facts.stock}
    breaches = [
        f"{sku}: {delivered[sku]} delivered, but {on_hand.get(sku, 0)} on hand and {sold[sku]} sold"
        for sku in sorted(on_hand.keys() | sold.keys() | delivered.keys())
        if delivered[sku] != on_hand.get(sku, 0) + sold[sku]
    ]
    return Verdict(seen=f"{sum(on_hand.values())} on hand, {sold.total()} sold", breaches=breaches)


def never_below_zero(facts: Facts) -> Verdict:
    """No number of any SKU is below zero, so nothing was sold that was not there."""
    breaches = [
        f"{item.sku}: {item.on_hand} on hand, {item.available} available, {item.reserved} reserved"
        for item in facts.stock
        if min(item.on_hand, item.available, item.reserved) < 0
    ]
    return Verdict(seen=counted(len(facts.stock), "SKU"), breaches=breaches)


def one_reservation_an_order(facts: Facts) -> Verdict:
    """An order has at most one reservation, whatever its state."""
    times = Counter(reservation.order_id for reservation in facts.reservations)
    breaches = [f"order {order_id} has {count}" for order_id, count in times.items() if count > 1]
    return Verdict(seen=counted(len(times), "reservation"), breaches=breaches)


def goods_follow_orders(facts: Facts) -> Verdict:
    """A standing order has exactly its lines committed; an undone one holds and keeps nothing."""
    orders = {order.id: order for order in facts.orders}
    kept = {reservation.order_id: reservation for reservation in facts.reservations if _keeps(reservation)}
    breaches = []
    for order in facts.orders:
        reservation = kept.get(order.id)
        if order.status in UNDONE and reservation:
            breaches.append(f"order {order.id} is {order.status}, but its goods are {reservation.state}")
        if order.status in STANDING and not _has_all(reservation, order.lines):
            breaches.append(f"order {order.id} is {order.status}, but its goods are not its own")
    breaches += [f"goods are {kept[lost].state} for order {lost}, which is unknown" for lost in kept.keys() - orders]
    return Verdict(seen=counted(len(facts.orders), "order"), breaches=breaches)


def _keeps(reservation: ReservationFact) -> bool:
    return reservation.state in {HELD, COMMITTED}


def _has_all(reservation: ReservationFact | None, lines: tuple[tuple[str, int], ...]) -> bool:
    return bool(reservation and reservation.state == COMMITTED and sorted(reservation.lines) == sorted(lines))


def _quantities(facts: Facts, state: str) -> Counter[str]:
    amounts: Counter[str] = Counter()
    for reservation in facts.reservations:
        if reservation.state == state:
            amounts.update(dict(reservation.lines))
    return amounts


STOCK = (
    Invariant(name="on hand = available + reserved", check=adds_up),
    Invariant(name="reserved = what orders hold", check=reserved_is_held),
    Invariant(name="delivered = on hand + sold", check=delivered_is_kept_or_sold),
    Invariant(name="nothing oversold", check=never_below_zero),
    Invariant(name="one reservation an order", check=one_reservation_an_order),
    Invariant(name="goods follow orders", check=goods_follow_orders),
)
