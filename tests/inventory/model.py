"""Inventory's rules told a second time, as plainly as they can be: the model that the real ones are compared with.

Shares no code with the rules. An answer is a state's name, a number on hand, or a refusal's code.
"""

from dataclasses import dataclass, field

Lines = tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Order:
    """What one order has."""

    lines: Lines
    state: str
    deadline: int


@dataclass(slots=True)
class Shop:
    """On hand per SKU, and the orders; what is available follows from both. Time in seconds."""

    now: int = 0
    on_hand: dict[str, int] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    adjusted: dict[str, tuple[str, int]] = field(default_factory=dict)

    def reserved(self, sku: str) -> int:
        held = [order for order in self.orders.values() if order.state == "HELD"]
        return sum(quantity for order in held for name, quantity in order.lines if name == sku)

    def available(self, sku: str) -> int:
        return self.on_hand.get(sku, 0) - self.reserved(sku)

    def open(self, sku: str, quantity: int) -> int:
        return self.on_hand.setdefault(sku, quantity)

    def adjust(self, adjustment_id: str, sku: str, delta: int) -> int | str:
        if sku not in self.on_hand:
            return "NOT_FOUND"
        if adjustment_id in self.adjusted:
            return self.on_hand[sku] if self.adjusted[adjustment_id] == (sku, delta) else "IDEMPOTENCY_MISMATCH"
        if self.available(sku) + delta < 0:
            return "CONFLICT"
        self.adjusted[adjustment_id] = (sku, delta)
        self.on_hand[sku] += delta
        return self.on_hand[sku]

    def hold(self, order_id: str, lines: Lines, seconds: int) -> str:
        if order_id not in self.orders:
            enough = all(self.available(sku) >= quantity for sku, quantity in lines)
            self.orders[order_id] = Order(lines, "HELD" if enough else "REFUSED", self.now + seconds)
        answers = {"HELD": "HELD", "COMMITTED": "COMMITTED", "REFUSED": "OUT_OF_STOCK"}
        return answers.get(self.orders[order_id].state, "RESERVATION_EXPIRED")

    def commit(self, order_id: str) -> str:
        order = self.orders.get(order_id)
        if order is None:
            return "RESERVATION_EXPIRED"
        if order.state == "HELD" and order.deadline <= self.now:
            order.state = "EXPIRED"
        if order.state == "HELD":
            order.state = "COMMITTED"
            self._add(order.lines, -1)
        return "COMMITTED" if order.state == "COMMITTED" else "RESERVATION_EXPIRED"

    def release(self, order_id: str) -> str:
        order = self.orders.setdefault(order_id, Order((), "RELEASED", self.now))
        if order.state == "COMMITTED":
            self._add(order.lines, 1)
        order.state = {"HELD": "RELEASED", "COMMITTED": "RETURNED"}.get(order.state, order.state)
        return order.state

    def expire(self) -> int:
        overdue = [order for order in self.orders.values() if order.state == "HELD" and order.deadline <= self.now]
        for order in overdue:
            order.state = "EXPIRED"
        return len(overdue)

    def _add(self, lines: Lines, sign: int) -> None:
        for sku, quantity in lines:
            self.on_hand[sku] += sign * quantity
