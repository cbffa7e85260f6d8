"""The saga's port in memory: the fake of `TemporalSagas`, kept to the same contract suite. Runs the real services."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from gateway.ports import RunPage, RunQuery, SagaClosed, WorkflowStatus, WorkflowView
from gateway.remembered import steps_of
from gateway.runs import page_of
from services.catalog.models import PriceLines
from services.inventory.errors import OutOfStock
from services.inventory.models import HoldStock, OpenStock, ReservedLine
from services.orders.errors import NotCancellable
from services.orders.models import AdvanceOrder, Order, OrderLine, OrderStatus, RecordOrder
from services.payments.errors import PaymentDeclined
from services.payments.models import AuthorizePayment, SettlePayment
from services.shared.errors import Conflict, Forbidden, IdempotencyMismatch, NotFound, Problem, Unavailable
from services.shared.events import Origin
from tests.gateway.shop import Shop
from workflows.messages import (
    CancelOrder,
    DeliverOrder,
    LaunchProductInput,
    LaunchProductResult,
    Placement,
    PlaceOrderInput,
    ResolveStep,
    ShipOrder,
    StepState,
    StepView,
)
from workflows.names import ORDERS_QUEUE, order_workflow_id, product_workflow_id

CLOSED = {OrderStatus.REJECTED, OrderStatus.CANCELLED, OrderStatus.DELIVERED}
STEPS = ("price", "record", "reserve", "authorize", "commit", "capture", "confirm")
NOBODY = Origin()


@dataclass(frozen=True, slots=True)
class Run:
    """One workflow."""

    wish: PlaceOrderInput
    placement: Placement


class MemorySagas:
    """Offers `Sagas`. `journal` is what was started or told.

    `away` makes every call unavailable, `workers_away` those that a worker answers; `forgotten` orders have no run.
    """

    def __init__(self, shop: Shop) -> None:
        self.journal: list[str] = []
        self.away = False
        self.workers_away = False
        self.forgotten: set[str] = set()
        self._order: list[str] = []
        self._shop = shop
        self._runs: dict[str, Run] = {}
        self._launched: set[str] = set()
        self._broken_off: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def place_order(self, command: PlaceOrderInput) -> Placement:
        async with self._one_at_a_time:
            self._note("place")
            run = self._runs.get(command.order_id)
            if run is None:
                self._order.append(order_workflow_id(command.order_id))
                run = self._runs[command.order_id] = Run(command, await self._placed(command))
                return run.placement
            if (await self._now(command.order_id)).status in CLOSED:
                raise SagaClosed
            if run.wish.fingerprint != command.fingerprint:
                raise IdempotencyMismatch("the key was used with another order", ("idempotencyKey",))
            return run.placement

    async def revive_order(self, command: PlaceOrderInput) -> bool:
        self._answer()
        if command.order_id not in self._broken_off:
            return False
        self._note("revive")
        self._broken_off.remove(command.order_id)
        return True

    async def terminate(self, order_id: str) -> None:
        """What an operator may do to a workflow."""
        self._broken_off.add(order_id)

    async def cancel_order(self, order_id: str, command: CancelOrder) -> Order:
        order = await self._open(order_id, "cancel")
        if not (command.by_ops or command.actor_id == order.customer_id):
            raise NotFound("no such order")
        if order.status is OrderStatus.SHIPPED:
            raise NotCancellable("the order is SHIPPED")
        await self._shop.inventory.release_hold(order_id, NOBODY)
        await self._shop.payments.cancel_payment(
            SettlePayment(order_id=order_id, idempotency_key=f"{order_id}/undo"), NOBODY
        )
        own = command.actor_id == order.customer_id
        words = "cancelled by its customer" if own else "cancelled by the shop"
        return await self._advance(order_id, OrderStatus.CANCELLED, Conflict(words).problems[0])

    async def ship_order(self, order_id: str, command: ShipOrder) -> Order:
        _must_run_the_shop(command)
        await self._must_be(order_id, OrderStatus.CONFIRMED, "ship")
        return await self._advance(order_id, OrderStatus.SHIPPED)

    async def deliver_order(self, order_id: str, command: DeliverOrder) -> Order:
        _must_run_the_shop(command)
        await self._must_be(order_id, OrderStatus.SHIPPED, "deliver")
        return await self._advance(order_id, OrderStatus.DELIVERED)

    async def resolve_step(self, workflow_id: str, command: ResolveStep) -> None:
        _must_run_the_shop(command)
        await self._open(workflow_id.removeprefix("order/"), f"resolve {command.step} {command.action}")
        if command.step not in STEPS:
            raise NotFound("no such step", ("step",))
        raise Conflict("its undo is not STUCK", ("step",))

    async def launch_product(self, command: LaunchProductInput) -> LaunchProductResult:
        self._note("launch")
        product = await self._shop.catalog.create_product(command.product, NOBODY)
        wish = OpenStock(sku=product.sku, quantity=command.initial_stock)
        self._launched.add(product_workflow_id(product.id))
        self._order.append(product_workflow_id(product.id))
        return LaunchProductResult(product=product, stock=await self._shop.inventory.open_stock(wish, NOBODY))

    async def describe(self, workflow_id: str) -> WorkflowView | None:
        self._answer()
        if workflow_id in self._launched:
            return self._view(workflow_id, "LaunchProduct", WorkflowStatus.COMPLETED)
        order_id = workflow_id.removeprefix("order/")
        if order_id not in self._runs or order_id in self.forgotten or workflow_id != order_workflow_id(order_id):
            return None
        if order_id in self._broken_off:
            return self._view(workflow_id, "PlaceOrder", WorkflowStatus.TERMINATED)
        closed = (await self._now(order_id)).status in CLOSED
        return self._view(workflow_id, "PlaceOrder", WorkflowStatus.COMPLETED if closed else WorkflowStatus.RUNNING)

    async def steps(self, view: WorkflowView) -> tuple[StepView, ...] | None:
        self._answer()
        if view.type != "PlaceOrder":
            return None
        if self.workers_away:
            raise Unavailable("workflows")
        order = await self._now(view.id.removeprefix("order/"))
        if order.status in CLOSED:
            return steps_of(order)
        return tuple(StepView(name=name, state=StepState.DONE) for name in STEPS)

    async def list_runs(self, query: RunQuery) -> RunPage:
        self._answer()
        views = [await self.describe(name) for name in self._order]
        found = [view for view in views if view and query.type in {None, view.type}]
        return page_of([view for view in found if query.status in {None, view.status}], query)

    async def check(self) -> None:
        self._answer()

    def _view(self, workflow_id: str, kind: str, status: WorkflowStatus) -> WorkflowView:
        now = self._shop.clock.now()
        number = self._order.index(workflow_id)
        return WorkflowView(
            id=workflow_id,
            run_id=f"run-{number + 1}",
            type=kind,
            status=status,
            task_queue=ORDERS_QUEUE,
            started_at=now + timedelta(microseconds=number),
            closed_at=None if status is WorkflowStatus.RUNNING else now,
            history_length=12,
            url=f"http://ui/{workflow_id}",
        )

    async def _placed(self, wish: PlaceOrderInput) -> Placement:
        priced = await self._shop.catalog.price_lines(PriceLines(lines=wish.lines))
        lines = tuple(
            OrderLine(sku=line.sku, name=line.name, quantity=line.quantity, unit_price=line.unit_price)
            for line in priced.lines
        )
        record = RecordOrder(
            order_id=wish.order_id,
            customer_id=wish.customer_id,
            fingerprint=wish.fingerprint,
            lines=lines,
            total=priced.total,
        )
        await self._shop.orders.record_order(record, NOBODY)
        held = tuple(ReservedLine(sku=line.sku, quantity=line.quantity) for line in wish.lines)
        hold = HoldStock(order_id=wish.order_id, lines=held, ttl_seconds=wish.hold_seconds)
        try:
            await self._shop.inventory.hold_stock(hold, NOBODY)
        except OutOfStock as refusal:
            order = await self._advance(wish.order_id, OrderStatus.REJECTED, refusal.problems[0])
            return Placement(order=order, request_id=wish.request_id, problems=refusal.problems)
        order = await self._advance(wish.order_id, OrderStatus.RESERVED)
        await self._pay(order, wish.payment_method)
        return Placement(order=order, request_id=wish.request_id)

    async def _pay(self, order: Order, method: str) -> None:
        wish = AuthorizePayment(
            order_id=order.id,
            amount=order.total,
            method=method,
            idempotency_key=f"{order.id}/authorize",
            customer_id=order.customer_id,
        )
        try:
            await self._shop.payments.authorize_payment(wish, NOBODY)
        except PaymentDeclined as refusal:
            await self._shop.inventory.release_hold(order.id, NOBODY)
            await self._advance(order.id, OrderStatus.REJECTED, refusal.problems[0])
            return
        await self._shop.inventory.commit_hold(order.id, NOBODY)
        settle = SettlePayment(order_id=order.id, idempotency_key=f"{order.id}/capture")
        await self._shop.payments.capture_payment(settle, NOBODY)
        await self._advance(order.id, OrderStatus.CONFIRMED)

    async def _advance(self, order_id: str, status: OrderStatus, reason: Problem | None = None) -> Order:
        return await self._shop.orders.advance_order(
            AdvanceOrder(order_id=order_id, status=status, reason=reason), NOBODY
        )

    async def _must_be(self, order_id: str, status: OrderStatus, deed: str) -> None:
        order = await self._open(order_id, deed)
        if order.status is not status:
            raise Conflict(f"the order is {order.status}")

    async def _open(self, order_id: str, deed: str) -> Order:
        self._note(deed)
        if (
            order_id not in self._runs
            or order_id in self._broken_off
            or (order := await self._now(order_id)).status in CLOSED
        ):
            raise SagaClosed
        return order

    async def _now(self, order_id: str) -> Order:
        order = await self._shop.order(order_id)
        assert order
        return order

    def _note(self, deed: str) -> None:
        self._answer()
        self.journal.append(deed)

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("workflows")


def _must_run_the_shop(command: ShipOrder | DeliverOrder | ResolveStep) -> None:
    if not command.by_ops:
        raise Forbidden
