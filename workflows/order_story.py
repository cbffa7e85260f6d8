"""What people see of an order's workflow in Temporal's UI. Text only, no decision."""

from collections.abc import Sequence

from services.orders.models import Order
from workflows.messages import StepState, StepView


def told(order: Order, steps: Sequence[StepView]) -> str:
    """The order's story in Markdown: its states so far, why it ended, and what waits for a person."""
    lines = [f"**{order.status}**: {len(order.lines)} lines, {order.total.text()} {order.total.currency}", ""]
    lines += [f"- {change.status} at {change.at:%Y-%m-%d %H:%M:%S}" for change in order.history]
    if order.reason:
        lines += ["", f"Because: {order.reason.message}"]
    lines += [
        f"- **{step.name} is STUCK** ({step.detail}). Send the update `resolve_step` with RETRY or SKIP."
        for step in steps
        if step.state is StepState.STUCK
    ]
    return "\n".join(lines)
