"""The invariants of progress: every order ends or is being worked on; and what is in flight just now. Pure."""

from cli.invariants.messaging.campaigns import on_their_way
from cli.invariants.records import FINAL, RESTING, Facts
from cli.invariants.verdict import Invariant, Verdict, counted


def final_or_alive(facts: Facts) -> Verdict:
    """An order is final, or its workflow runs; never both, never neither."""
    orders = {order.id: order for order in facts.orders}
    breaches = [
        f"order {order.id} is {order.status} and its workflow {'runs' if order.id in facts.alive else 'does not run'}"
        for order in facts.orders
        if (order.status in FINAL) == (order.id in facts.alive)
    ]
    breaches += [
        f"workflow of order {order_id} runs, but there is no such order" for order_id in facts.alive - orders.keys()
    ]
    return Verdict(seen=f"{counted(len(orders), 'order')}, {len(facts.alive)} with a workflow", breaches=breaches)


def in_flight(facts: Facts) -> tuple[str, ...]:
    """What is still moving, a short sentence each; a system at rest has none."""
    statuses = {order.id: order.status for order in facts.orders}
    moving = [f"order {order.id} is {order.status}" for order in facts.orders if order.status not in FINAL | RESTING]
    moving += [
        f"workflow of order {order_id} runs"
        for order_id in sorted(facts.alive)
        if statuses.get(order_id, "unknown") in FINAL | {"unknown"}
    ]
    # What was put aside stays so until a person releases it.
    moving += [
        f"event {event.type} of {event.subject} is not sent"
        for event in facts.events
        if not event.sent and event.parked is None
    ]
    moving += [f"{lag.consumer} is {lag.behind} behind on {lag.topic}" for lag in facts.lags if lag.behind]
    moving += on_their_way(facts)
    return tuple(moving)


def at_rest(facts: Facts) -> Verdict:
    """Nothing is in flight; while something is, the other invariants say little."""
    return Verdict(seen="nothing in flight", breaches=in_flight(facts))


PROGRESS = (
    Invariant(name="every order final or alive", check=final_or_alive),
    Invariant(name="at rest", check=at_rest),
)
