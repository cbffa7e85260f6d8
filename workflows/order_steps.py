"""The steps of an order with their wishes and undos: what PlaceOrder's words "reserve" or "capture" mean.

It knows neither the order of the steps nor what happens when one fails: that is the workflow's story.
"""

from typing import Final

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError

from activities.inventory import HoldOfOrder
from activities.orders import FindOrder
from services.catalog.models import PricedLines, PriceLines
from services.inventory.errors import OutOfStock
from services.inventory.models import ReservedLine
from services.orders.models import AdvanceOrder, Order, OrderLine, OrderStatus, RecordOrder
from services.payments.errors import PaymentDeclined
from services.payments.models import AuthorizePayment, SettlePayment
from services.shared.errors import Problem
from workflows import policies, steps
from workflows.failures import refusal_of
from workflows.ledger import Ledger
from workflows.messages import PlaceOrderInput, ReserveInventoryInput, ReserveInventoryResult, StepState
from workflows.names import INVENTORY_QUEUE, reservation_workflow_id
from workflows.placement import perform
from workflows.reserve_inventory import ReserveInventory
from workflows.saga import Saga, SagaWatch, Undo
from workflows.steps import Answer, Step, Wish

STEPS: Final = ("price", "record", "reserve", "authorize", "commit", "capture", "confirm")


class OrderSteps:
    """All of them for one order. Each raises what `Saga.step` does."""

    def __init__(self, wish: PlaceOrderInput, saga: Saga, ledger: Ledger, watch: SagaWatch) -> None:
        self._wish = wish
        self._saga = saga
        self._ledger = ledger
        self._watch = watch
        self._hold = hold = HoldOfOrder(order_id=wish.order_id)
        cancel = self._settle("cancel")
        self._undo_stock = Undo(step="reserve", also=("commit",), run=lambda: self._do(steps.RELEASE, hold))
        self._undo_payment = Undo(
            step="authorize", also=("capture",), run=lambda: self._do(steps.CANCEL_PAYMENT, cancel)
        )

    async def _do(self, step: Step[Wish, Answer], wish: Wish) -> Answer:
        return await perform(step, wish, self._wish.colocated)

    def _settle(self, step: str) -> SettlePayment:
        return SettlePayment(order_id=self._wish.order_id, idempotency_key=key_of(step))

    async def price(self) -> PricedLines:
        wish = PriceLines(lines=self._wish.lines)
        return await self._saga.step("price", lambda: self._do(steps.PRICE, wish))

    async def find(self) -> Order | None:
        """The order, if an earlier run has recorded it; None for the order of another input."""
        found = (await self._do(steps.FIND, FindOrder(order_id=self._wish.order_id))).order
        return found if found and found.fingerprint == self._wish.fingerprint else None

    async def record(self, priced: PricedLines) -> Order:
        """PLACED, or as an earlier run has left it. Its end is awaited, so that no order is without a workflow."""
        wish = RecordOrder(
            order_id=self._wish.order_id,
            customer_id=self._wish.customer_id,
            fingerprint=self._wish.fingerprint,
            lines=tuple(
                OrderLine(sku=line.sku, name=line.name, quantity=line.quantity, unit_price=line.unit_price)
                for line in priced.lines
            ),
            total=priced.total,
        )
        return await self._saga.step("record", lambda: self._do(steps.RECORD, wish), interruptible=False)

    async def reserve(self, order: Order) -> Order:
        """Holds the stock in a child workflow, then writes RESERVED."""

        async def work() -> Order:
            await self._reservation(order)
            self._saga.go_on()
            return await self._do(steps.RESERVED, AdvanceOrder(order_id=order.id, status=OrderStatus.RESERVED))

        try:
            return await self._saga.step("reserve", work, undo=self._undo_stock)
        except FailureError as error:
            if isinstance(refusal_of(error), OutOfStock):
                self._saga.forget("reserve")
            raise

    async def _reservation(self, order: Order) -> ReserveInventoryResult:
        """The hold. The child of a terminated run may still be ending; it is waited for, not joined."""
        for _ in range(policies.CHILD_TRIES - 1):
            try:
                return await self._child(order)
            except WorkflowAlreadyStartedError:
                await workflow.sleep(policies.CHILD_PAUSE)
        return await self._child(order)

    async def _child(self, order: Order) -> ReserveInventoryResult:
        return await workflow.execute_child_workflow(
            ReserveInventory.run,
            ReserveInventoryInput(
                order_id=order.id,
                lines=tuple(ReservedLine(sku=line.sku, quantity=line.quantity) for line in order.lines),
                hold_seconds=self._wish.hold_seconds,
                colocated=self._wish.colocated,
            ),
            id=reservation_workflow_id(order.id),
            task_queue=INVENTORY_QUEUE,
            # Nobody waits for the child of a lost parent, and what it holds ends at its deadline.
            parent_close_policy=workflow.ParentClosePolicy.TERMINATE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )

    async def authorize(self, order: Order) -> None:
        wish = AuthorizePayment(
            customer_id=self._wish.customer_id,
            order_id=order.id,
            amount=order.total,
            method=self._wish.payment_method,
            idempotency_key=key_of("authorize"),
        )
        try:
            await self._saga.step("authorize", lambda: self._do(steps.AUTHORIZE, wish), undo=self._undo_payment)
        except FailureError as error:
            if isinstance(refusal_of(error), PaymentDeclined):
                self._saga.forget("authorize")
            raise

    async def commit(self) -> None:
        await self._saga.step("commit", lambda: self._do(steps.COMMIT, self._hold))

    async def capture(self) -> None:
        """The pivot: its outcome is awaited, whatever comes meanwhile."""
        wish = self._settle("capture")
        await self._saga.step("capture", lambda: self._do(steps.CAPTURE, wish), interruptible=False)

    async def confirm(self) -> Order | None:
        """Behind the pivot there is no way back: a refusal, which should never be, waits for a person.

        None when that person has had the order cancelled meanwhile.
        """
        while True:
            try:
                return await self.move("confirm", OrderStatus.CONFIRMED)
            except FailureError as error:
                await self._saga.stuck("confirm", error)
            if self._saga.interrupted:
                return None

    async def move(self, name: str, status: OrderStatus, tracking_number: str | None = None) -> Order:
        """Writes a status that must come to pass, as a step of its own. Raises FailureError when it is refused."""
        wish = AdvanceOrder(order_id=self._wish.order_id, status=status, tracking_number=tracking_number)
        self._ledger.start(name)
        try:
            order = await self._do(steps.ADVANCE, wish)
        except FailureError as error:
            self._ledger.end(name, StepState.FAILED)
            self._watch.ended(name, error)
            raise
        self._ledger.end(name, StepState.DONE)
        self._watch.ended(name, None)
        return order

    async def close(self, status: OrderStatus, reason: Problem) -> Order:
        """Writes that the order is REJECTED or CANCELLED, and why."""
        return await self._do(steps.ADVANCE, AdvanceOrder(order_id=self._wish.order_id, status=status, reason=reason))

    def guard_stock(self) -> None:
        """From now on, going back gives the stock back: held or committed."""
        self._saga.register(self._undo_stock)

    def guard_payment(self) -> None:
        """From now on, going back voids or refunds whatever was authorised or captured."""
        self._saga.register(self._undo_payment)


def key_of(step: str) -> str:
    """The idempotency key of a step: the same in every attempt, and in every run of the workflow."""
    return f"{workflow.info().workflow_id}/{step}"
