"""What an order's workflow counts, by the meter that is silent while a history is replayed.

Makes no command and decides nothing: a history is the same with and without it. No id in a label.
"""

from datetime import datetime
from typing import Final

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

from services.orders.models import Order, OrderStatus
from workflows.failures import refusal_of
from workflows.saga import Interrupted

ORDERS: Final = "caravan_orders"
ANSWERED: Final = "caravan_orders_placed_to_answer"
"""The exporter adds the unit: `_seconds`; to counters `_total`."""
CONFIRMED: Final = "caravan_orders_placed_to_confirmed"
STEPS: Final = "caravan_saga_steps"
UNDOS: Final = "caravan_saga_undos"
STUCK: Final = "caravan_saga_undo_stuck"

ENDS: Final = {
    OrderStatus.CONFIRMED: "confirmed",
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.DELIVERED: "delivered",
}


def moved(order: Order) -> None:
    """The order has come into its state in this run."""
    if order.status is OrderStatus.REJECTED:
        _count_order(order.reason.code.lower() if order.reason else "rejected")
    elif order.status in ENDS:
        _count_order(ENDS[order.status])


def not_placed(error: BaseException) -> None:
    """Nothing was recorded of it."""
    refusal = refusal_of(error)
    if refusal:
        _count_order(refusal.problems[0].code.lower())
    else:
        _count_order("cancelled" if _is_interrupted(error) else "unavailable")


def answered(since: datetime) -> None:
    """The shopper was told that the stock is held, or that the order is rejected."""
    _took(ANSWERED, "From the start of the order's workflow to its early answer", since)


def confirmed(since: datetime) -> None:
    """The order is paid and CONFIRMED."""
    _took(CONFIRMED, "From the start of the order's workflow to CONFIRMED", since)


class SagaMetrics:
    """Offers `SagaWatch`."""

    def ended(self, step: str, error: BaseException | None) -> None:
        """See `SagaWatch.ended`."""
        _count(STEPS, "Steps of orders that came to an end", step, "done" if error is None else _outcome(error))

    def undone(self, step: str) -> None:
        """See `SagaWatch.undone`."""
        _count(UNDOS, "Undos of orders that came to an end", step, "compensated")

    def given_up(self, step: str) -> None:
        """See `SagaWatch.given_up`."""
        _count(UNDOS, "Undos of orders that came to an end", step, "given_up")

    def stuck(self, step: str) -> None:
        """See `SagaWatch.stuck`."""
        counter = workflow.metric_meter().create_counter(STUCK, "Undos that keep failing and wait for a person")
        counter.add(1, {"step": step})


def _outcome(error: BaseException) -> str:
    if refusal_of(error):
        return "refused"
    return "interrupted" if _is_interrupted(error) else "failed"


def _is_interrupted(error: BaseException) -> bool:
    return isinstance(error, Interrupted) or is_cancelled_exception(error)


def _count_order(outcome: str) -> None:
    workflow.metric_meter().create_counter(ORDERS, "Orders by what became of them").add(1, {"outcome": outcome})


def _count(name: str, words: str, step: str, outcome: str) -> None:
    workflow.metric_meter().create_counter(name, words).add(1, {"step": step, "outcome": outcome})


def _took(name: str, words: str, since: datetime) -> None:
    workflow.metric_meter().create_histogram_timedelta(name, words).record(workflow.now() - since)
