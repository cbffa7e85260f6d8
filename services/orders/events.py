"""What orders tell the world: one event for each state an order comes into. No personal data in it."""

from datetime import datetime
from typing import Any

from services.orders.models import Order, OrderLine
from services.shared.errors import Problem
from services.shared.events import Event, Origin, money_data


def order_event(order: Order, event_id: str, origin: Origin) -> Event:
    """The event of the order's latest change, e.g. `order.placed.v1`; its sequence is the order's version."""
    return Event(
        id=event_id,
        type=f"order.{order.status.lower()}.v1",
        subject=order.id,
        sequence=order.version,
        time=order.history[-1].at,
        data=_data(order),
        origin=origin,
    )


def _data(order: Order) -> dict[str, Any]:
    data: dict[str, Any] = {
        "orderId": order.id,
        "customerId": order.customer_id,
        "status": order.status.value,
        "lines": [_line_data(line) for line in order.lines],
        "total": money_data(order.total),
        "placedAt": _moment_text(order.placed_at),
    }
    if order.reason is not None:
        data["reason"] = _reason_data(order.reason)
    if order.tracking_number is not None:
        data["trackingNumber"] = order.tracking_number
    return data


def _line_data(line: OrderLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unitPrice": money_data(line.unit_price),
    }


def _reason_data(reason: Problem) -> dict[str, Any]:
    data: dict[str, Any] = {"code": reason.code, "message": reason.message}
    if reason.path is not None:
        data["path"] = list(reason.path)
    return data


def _moment_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
