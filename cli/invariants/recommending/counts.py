"""The invariants of counts and lists: what stands is counted once, to the last unit, and nothing else is. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from cli.invariants.consuming import REPLAYED
from cli.invariants.recommending.records import COUNTED, Counts
from cli.invariants.records import STANDING, Facts, OrderFact
from cli.invariants.verdict import Invariant, Verdict, counted
from services.recommendations.counting.tally import pairs_of
from services.shared.events import EVENT_TOPICS
from services.shared.standing_orders import StandingLine, StandingOrder
from workers.recommendations import PURCHASES

ACCOUNTS: Final = EVENT_TOPICS["user"]


def every_standing_order_counted(facts: Facts) -> Verdict:
    """Orders that stand are counted, others are not. What was given up waits for its replay; of an order that is older
    than the log nobody may have heard, until a rebuild.
    """
    marks = facts.recommending.marks
    waiting = {letter.subject for letter in facts.letters if letter.consumer == PURCHASES and letter.status != REPLAYED}
    breaches = [
        f"order {order.id} is {order.status} and {_said(marks.get(order.id))}"
        for order in facts.orders
        if (order.status in STANDING) != (marks.get(order.id) == COUNTED)
        and order.id not in waiting
        and not (facts.log_since and order.placed_at < facts.log_since)
    ]
    unknown = sorted(marks.keys() - {order.id for order in facts.orders})
    breaches += [f"order {order_id} is {_said(marks[order_id])}, and unknown" for order_id in unknown]
    return Verdict(seen=f"{_number_counted(facts)} counted", breaches=breaches)


def counts_are_a_recount(facts: Facts) -> Verdict:
    """All counts are those of the orders that are marked as counted, and there are no others."""
    marks, found = facts.recommending.marks, facts.recommending.counts
    expected = _recounted(order for order in facts.orders if marks.get(order.id) == COUNTED)
    breaches = [
        f"{' '.join(what)}: {found.get(what, 0)} counted, and there are {expected.get(what, 0)}"
        for what in sorted(found.keys() | expected.keys())
        if found.get(what, 0) != expected.get(what, 0)
    ]
    return Verdict(seen=counted(len(found), "count"), breaches=breaches)


def lists_name_what_there_is(facts: Facts) -> Verdict:
    """Stored lists are of accounts, and of products that have a stock; none names a product twice."""
    skus = {item.sku for item in facts.stock}
    users = {aggregate for topic, aggregate in facts.versions if topic == ACCOUNTS}
    offered = facts.recommending.offered
    breaches = [f"there is a list of {user}, and no such account" for user in sorted(offered.keys() - users)]
    for user, listed in offered.items():
        breaches += [f"the list of {user} names {sku}, which is unknown" for sku in listed if sku not in skus]
        breaches += [
            f"the list of {user} names {sku} {times} times" for sku, times in Counter(listed).items() if times > 1
        ]
    return Verdict(seen=counted(len(offered), "list"), breaches=breaches)


def _recounted(orders: Iterable[OrderFact]) -> Counts:
    """By the plainest means, but for which pairs of a very long order are counted."""
    counts: Counter[tuple[str, ...]] = Counter()
    for order in orders:
        units: Counter[str] = Counter()
        for sku, quantity in order.lines:
            units[sku] += quantity
        week = str(order.week)
        for sku, quantity in units.items():
            counts.update([("orders", sku), ("orders", sku, week), ("purchases", order.customer_id, week, sku)])
            counts["units", sku] += quantity
            counts["units", sku, week] += quantity
        counts.update(("pair", *pair) for pair in pairs_of(_standing(order)))
    return {what: number for what, number in counts.items() if number}


def _standing(order: OrderFact) -> StandingOrder:
    return StandingOrder(
        order_id=order.id,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        lines=tuple(StandingLine(sku=sku, quantity=quantity) for sku, quantity in order.lines),
    )


def _said(mark: str | None) -> str:
    return mark or "not counted"


def _number_counted(facts: Facts) -> str:
    return counted(sum(mark == COUNTED for mark in facts.recommending.marks.values()), "order")


RECOMMENDING = (
    Invariant(name="every standing order is counted", check=every_standing_order_counted),
    Invariant(name="counts equal a recount", check=counts_are_a_recount),
    Invariant(name="lists name what there is", check=lists_name_what_there_is),
)
