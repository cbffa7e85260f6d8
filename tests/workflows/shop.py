"""The four services that the saga speaks to, small and in memory, behind the same Protocols, with scripted faults."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.catalog.models import (
    CreateProduct,
    PricedLine,
    PricedLines,
    PriceLines,
    Product,
    ProductPage,
    ProductQuery,
)
from services.inventory.errors import HoldExpired, OutOfStock
from services.inventory.models import (
    AdjustStock,
    ExpiredHolds,
    HoldStock,
    OpenStock,
    Reservation,
    ReservationState,
    StockItem,
)
from services.orders.models import AdvanceOrder, Order, OrderPage, OrderQuery, OrderStatus, RecordOrder, StatusChange
from services.payments.errors import PaymentDeclined
from services.payments.models import AuthorizePayment, Payment, PaymentStatus, SettlePayment
from services.shared.errors import Conflict, IdempotencyMismatch, NotFound, Problem
from services.shared.events import Origin
from services.shared.money import Money, total_of
from tests.workflows.faults import Script

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PRICE = Money(minor=1999, currency="EUR")


@dataclass
class CatalogFace:
    """Every SKU exists and costs the same, but for those archived."""

    script: Script
    archived: set[str] = field(default_factory=set)
    products: dict[str, Product] = field(default_factory=dict)

    async def price_lines(self, command: PriceLines) -> PricedLines:
        async with self.script.call("catalog.price_lines"):
            missing = tuple(
                Problem(code="NOT_FOUND", message=f"no product {line.sku}", path=("lines", str(index), "sku"))
                for index, line in enumerate(command.lines)
                if line.sku in self.archived
            )
            if missing:
                raise NotFound.of(missing)
            lines = tuple(
                PricedLine(sku=line.sku, name=line.sku.title(), quantity=line.quantity, unit_price=PRICE)
                for line in command.lines
            )
            return PricedLines(lines=lines, total=total_of(line.unit_price.times(line.quantity) for line in lines))

    async def create_product(self, command: CreateProduct, origin: Origin) -> Product:  # noqa: ARG002
        async with self.script.call("catalog.create_product"):
            return self.products.setdefault(
                command.product_id,
                Product(
                    id=command.product_id,
                    sku=command.sku,
                    name=command.name,
                    description=command.description,
                    categories=command.categories,
                    price=command.price,
                    active=True,
                    version=1,
                    created_at=NOON,
                    updated_at=NOON,
                ),
            )

    async def products_by_id(self, ids: Sequence[str]) -> tuple[Product, ...]:
        raise NotImplementedError

    async def products_by_sku(self, skus: Sequence[str]) -> tuple[Product, ...]:
        raise NotImplementedError

    async def list_products(self, query: ProductQuery) -> ProductPage:
        raise NotImplementedError


@dataclass
class InventoryFace:
    """Stock by SKU, 100 each unless said otherwise; reservations by order."""

    script: Script
    available: dict[str, int] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    expired: list[int] = field(default_factory=list)

    async def hold_stock(self, command: HoldStock, origin: Origin) -> Reservation:  # noqa: ARG002
        async with self.script.call("inventory.hold_stock"):
            known = self.reservations.get(command.order_id)
            if known:
                if known.state not in {ReservationState.HELD, ReservationState.COMMITTED}:
                    raise HoldExpired("the hold has expired")
                return known
            lacking = tuple(
                Problem(code="OUT_OF_STOCK", message=f"{left} left", path=("lines", str(index), "quantity"))
                for index, line in enumerate(command.lines)
                if (left := self.available.get(line.sku, 100)) < line.quantity
            )
            if lacking:
                raise OutOfStock.of(lacking)
            for line in command.lines:
                self.available[line.sku] = self.available.get(line.sku, 100) - line.quantity
            return self._keep(
                Reservation(order_id=command.order_id, lines=command.lines, state=ReservationState.HELD, deadline=NOON)
            )

    async def commit_hold(self, order_id: str, origin: Origin) -> Reservation:  # noqa: ARG002
        async with self.script.call("inventory.commit_hold"):
            known = self.reservations.get(order_id)
            if known is None or known.state not in {ReservationState.HELD, ReservationState.COMMITTED}:
                raise HoldExpired("the hold has expired")
            return self._keep(replace(known, state=ReservationState.COMMITTED))

    async def release_hold(self, order_id: str, origin: Origin) -> Reservation:  # noqa: ARG002
        async with self.script.call("inventory.release_hold"):
            known = self.reservations.get(order_id)
            if known is None:
                return self._keep(
                    Reservation(order_id=order_id, lines=(), state=ReservationState.RELEASED, deadline=NOON)
                )
            if known.state in {ReservationState.HELD, ReservationState.COMMITTED}:
                self._give_back(known)
                held = known.state is ReservationState.HELD
                return self._keep(
                    replace(known, state=ReservationState.RELEASED if held else ReservationState.RETURNED)
                )
            return known

    def expire(self, order_id: str) -> None:
        """What the sweep does at the deadline."""
        self._give_back(self.reservations[order_id])
        self._keep(replace(self.reservations[order_id], state=ReservationState.EXPIRED))

    def _give_back(self, reservation: Reservation) -> None:
        for line in reservation.lines:
            self.available[line.sku] += line.quantity

    def _keep(self, reservation: Reservation) -> Reservation:
        self.reservations[reservation.order_id] = reservation
        return reservation

    async def expire_holds(self, limit: int) -> ExpiredHolds:  # noqa: ARG002
        async with self.script.call("inventory.expire_holds"):
            count = self.expired.pop(0) if self.expired else 0
            return ExpiredHolds(count=count, more=bool(self.expired))

    async def open_stock(self, command: OpenStock, origin: Origin) -> StockItem:  # noqa: ARG002
        async with self.script.call("inventory.open_stock"):
            count = command.quantity
            return StockItem(sku=command.sku, on_hand=count, reserved=0, available=count, version=1, updated_at=NOON)

    async def adjust_stock(self, command: AdjustStock, origin: Origin) -> StockItem:
        raise NotImplementedError

    async def stock_of(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        raise NotImplementedError


WAYS = {
    OrderStatus.PLACED: {OrderStatus.RESERVED, OrderStatus.REJECTED, OrderStatus.CANCELLED},
    OrderStatus.RESERVED: {OrderStatus.CONFIRMED, OrderStatus.REJECTED, OrderStatus.CANCELLED},
    OrderStatus.CONFIRMED: {OrderStatus.SHIPPED, OrderStatus.CANCELLED},
    OrderStatus.SHIPPED: {OrderStatus.DELIVERED},
}


@dataclass
class OrdersFace:
    """Orders by id, moved along the table of transitions."""

    script: Script
    stored: dict[str, Order] = field(default_factory=dict)

    async def record_order(self, command: RecordOrder, origin: Origin) -> Order:  # noqa: ARG002
        async with self.script.call("orders.record_order"):
            known = self.stored.get(command.order_id)
            if known:
                if known.fingerprint != command.fingerprint:
                    raise IdempotencyMismatch("the key was used with another order", ("idempotencyKey",))
                return known
            self.stored[command.order_id] = Order(
                id=command.order_id,
                customer_id=command.customer_id,
                fingerprint=command.fingerprint,
                lines=command.lines,
                total=command.total,
                status=OrderStatus.PLACED,
                history=(StatusChange(status=OrderStatus.PLACED, at=NOON),),
                reason=None,
                tracking_number=None,
                version=1,
                placed_at=NOON,
            )
            return self.stored[command.order_id]

    async def advance_order(self, command: AdvanceOrder, origin: Origin) -> Order:  # noqa: ARG002
        async with self.script.call(f"orders.{command.status}"):
            known = self.stored[command.order_id]
            if known.status is command.status:
                return known
            if command.status not in WAYS.get(known.status, set()):
                raise Conflict(f"no way from {known.status} to {command.status}")
            self.stored[known.id] = replace(
                known,
                status=command.status,
                reason=command.reason,
                tracking_number=command.tracking_number or known.tracking_number,
                version=known.version + 1,
                history=(*known.history, StatusChange(status=command.status, at=NOON)),
            )
            return self.stored[known.id]

    async def orders_by_id(self, ids: Sequence[str]) -> tuple[Order, ...]:
        async with self.script.call("orders.find_order"):
            return tuple(self.stored[order_id] for order_id in ids if order_id in self.stored)

    async def list_orders(self, query: OrderQuery) -> OrderPage:
        raise NotImplementedError


@dataclass
class PaymentsFace:
    """Payments by order, and how often money was taken and given back."""

    script: Script
    stored: dict[str, Payment] = field(default_factory=dict)
    captures: int = 0
    refunds: int = 0

    async def authorize_payment(self, command: AuthorizePayment, origin: Origin) -> Payment:  # noqa: ARG002
        self.script.keys["authorize"].add(command.idempotency_key)
        async with self.script.call("payments.authorize_payment"):
            known = self.stored.get(command.order_id)
            if known and known.closing:
                raise Conflict("the payment was closed")
            return known or self._keep(
                Payment(
                    order_id=command.order_id,
                    amount=command.amount,
                    method=command.method,
                    status=PaymentStatus.AUTHORIZED,
                    reference="auth",
                    authorization_key=command.idempotency_key,
                    closing=False,
                    version=1,
                    updated_at=NOON,
                )
            )

    async def capture_payment(self, command: SettlePayment, origin: Origin) -> Payment:  # noqa: ARG002
        self.script.keys["capture"].add(command.idempotency_key)
        async with self.script.call("payments.capture_payment"):
            known = self.stored[command.order_id]
            if known.status is PaymentStatus.CAPTURED:
                return known
            if known.status is not PaymentStatus.AUTHORIZED:
                raise PaymentDeclined("nothing to capture")
            self.captures += 1
            return self._keep(replace(known, status=PaymentStatus.CAPTURED))

    async def cancel_payment(self, command: SettlePayment, origin: Origin) -> Payment | None:  # noqa: ARG002
        async with self.script.call("payments.cancel_payment"):
            known = self.stored.get(command.order_id)
            if known is None or known.status in {PaymentStatus.VOIDED, PaymentStatus.REFUNDED}:
                return known
            taken = known.status is PaymentStatus.CAPTURED
            self.refunds += taken
            return self._keep(
                replace(known, status=PaymentStatus.REFUNDED if taken else PaymentStatus.VOIDED, closing=True)
            )

    def _keep(self, payment: Payment) -> Payment:
        self.stored[payment.order_id] = payment
        return payment

    async def payments_of(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        raise NotImplementedError


class Shop:
    """All four, with one script and one journal."""

    def __init__(self) -> None:
        self.script = Script()
        self.catalog = CatalogFace(self.script)
        self.inventory = InventoryFace(self.script)
        self.orders = OrdersFace(self.script)
        self.payments = PaymentsFace(self.script)
