"""Workflow `PlaceOrder`: an order from its placing to its delivery, rejection or cancellation.

It decides what happens and in which order. What a step does is in `order_steps`, where it runs in `placement`.

A cancellation by the platform counts as one by the customer, up to CONFIRMED; from SHIPPED on it is ignored.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

from activities.errors import to_failure
from services.inventory.errors import HoldExpired
from services.orders.errors import NotCancellable
from services.orders.models import Order, OrderStatus
from services.shared.errors import Conflict, Forbidden, IdempotencyMismatch, NotFound, Problem
from workflows import order_metrics, order_story
from workflows.failures import failure_of, refusal_of
from workflows.ledger import Ledger
from workflows.messages import (
    AwaitPlacement,
    CancelOrder,
    DeliverOrder,
    Placement,
    PlaceOrderInput,
    ResolveStep,
    ShipOrder,
    StepAction,
    StepView,
)
from workflows.names import ORDER_STATUS, STUCK_STEP
from workflows.order_steps import STEPS, OrderSteps
from workflows.policies import STUCK_PAUSE
from workflows.saga import Interrupted, Saga

OPEN: Final = frozenset({OrderStatus.PLACED, OrderStatus.RESERVED})
CANCELLABLE: Final = OPEN | {OrderStatus.CONFIRMED}
CLOSED: Final = frozenset({OrderStatus.DELIVERED, OrderStatus.REJECTED, OrderStatus.CANCELLED})

FINDABLE: Final = "an order with a stuck step is found by a search attribute"
"""What runs that turned STUCK before there was that attribute go without."""

GIVEN_UP: Final = (FailureError, Interrupted, asyncio.CancelledError)
"""How the way forward may end before the pivot."""


@workflow.defn(name="PlaceOrder")
class PlaceOrder:
    """One order. Fails only when nothing was recorded: NOT_FOUND, INVALID, IDEMPOTENCY_MISMATCH, UNAVAILABLE."""

    @workflow.init
    def __init__(self, input: PlaceOrderInput) -> None:  # noqa: A002 - the word of the contract
        self._input = input
        self._order: Order | None = None
        self._problems: tuple[Problem, ...] = ()
        self._answered = False
        self._failure: ApplicationError | None = None
        self._cancel: Problem | None = None
        self._by_platform = False
        self._ending = False
        self._lock = asyncio.Lock()
        self._ledger = Ledger(STEPS, workflow.now)
        watch = Watch(self._show)
        self._saga = Saga(self._ledger, FailureError, STUCK_PAUSE, watch)
        self._steps = OrderSteps(input, self._saga, self._ledger, watch)

    @workflow.run
    async def run(self, input: PlaceOrderInput) -> Order:  # noqa: A002, ARG002 - the SDK gives it to both; kept in __init__
        """The order in its final state. Cancelled by the platform, the run ends as cancelled, with all undone."""
        # A task of its own: the platform cancels only this one, and what undoes must not be cancelled.
        story = asyncio.ensure_future(self._tell_story())
        while not story.done():
            try:
                await workflow.wait_condition(story.done)
            except asyncio.CancelledError:
                self._cancelled_by_platform()
        try:
            order = story.result()
        except ApplicationError:
            if not self._by_platform:
                raise
        else:
            if not self._by_platform:
                return order
        raise asyncio.CancelledError("cancelled by the platform, all undone")

    # -------------------------------------------------------------- the story

    async def _tell_story(self) -> Order:
        try:
            order = self._note(await self._recorded())
        except GIVEN_UP as error:
            order_metrics.not_placed(error)
            self._failure = failure_of(error, "the order was not placed; nothing was kept of it")
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise self._failure from None
        if order.status in OPEN:
            await self._place(order)
        elif order.status is OrderStatus.CONFIRMED:
            await self._go_on_cancelling()
        self._answered = True
        order = await self._fulfil()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return order

    async def _recorded(self) -> Order:
        try:
            priced = await self._steps.price()
        except FailureError as error:
            # A repeated key whose first run is forgotten may name products that were archived since.
            if refusal_of(error) and (known := await self._steps.find()):
                return known
            raise
        return await self._steps.record(priced)

    async def _place(self, order: Order) -> None:
        """From PLACED to CONFIRMED, or back to REJECTED or CANCELLED.

        An earlier run may have been terminated anywhere on this way: each step is the same again, and so is its undo.
        """
        if order.status is OrderStatus.RESERVED:
            self._steps.guard_payment()
        try:
            self._note(await self._steps.reserve(order))
            self._answer()
            await self._steps.authorize(order)
            await self._steps.commit()
            await self._steps.capture()
        except GIVEN_UP as error:
            await self._go_back(error)
            self._answer()
            return
        if self._cancel is None and (confirmed := await self._steps.confirm()):
            self._note(confirmed)
            order_metrics.confirmed(workflow.info().start_time)

    def _answer(self) -> None:
        if not self._answered:
            self._answered = True
            order_metrics.answered(workflow.info().start_time)

    async def _go_back(self, error: BaseException) -> None:
        self._ending = True
        refusal = refusal_of(error) or HoldExpired("the order could not be completed in time")
        self._show()
        await self._saga.undo()
        if self._cancel:
            self._note(await self._steps.close(OrderStatus.CANCELLED, self._cancel))
        else:
            self._problems = () if self._answered else refusal.problems
            self._note(await self._steps.close(OrderStatus.REJECTED, refusal.problems[0]))

    async def _go_on_cancelling(self) -> None:
        """A confirmed order whose earlier run was lost while it gave money or goods back is cancelled to the end.

        Taking both again has no effect where they are taken, and is refused where giving back has begun.
        """
        async with self._lock:
            try:
                await self._steps.commit()
                await self._steps.capture()
            except GIVEN_UP as error:
                if refusal_of(error):
                    self._want_cancelled("its cancellation had begun")

    async def _fulfil(self) -> Order:
        """Waits for ship, deliver and cancel until the order is final."""
        while (order := self._known()).status not in CLOSED:
            await workflow.wait_condition(lambda: self._cancel is not None or self._known().status in CLOSED)
            if self._cancel is not None:
                await self._cancel_paid(self._cancel)
        return order

    async def _cancel_paid(self, reason: Problem) -> None:
        """Refunds and gives the stock back, unless the goods have left while the wish was waiting."""
        async with self._lock:
            if self._known().status not in CANCELLABLE:
                self._cancel, self._by_platform = None, False
                return
            self._ending = True
            self._show()
            self._steps.guard_stock()
            self._steps.guard_payment()
            await self._saga.undo()
            self._note(await self._steps.close(OrderStatus.CANCELLED, reason))

    def _cancelled_by_platform(self) -> None:
        if self._ending or (self._order and self._order.status not in CANCELLABLE):
            return
        self._by_platform = self._cancel is None
        self._want_cancelled("cancelled by the shop's operators")

    def _want_cancelled(self, words: str) -> None:
        if self._cancel is None:
            self._cancel = Conflict(words).problems[0]
            self._saga.interrupt()

    # -------------------------------------------------------------- updates

    @workflow.update(name="await_placement")
    async def await_placement(self, wish: AwaitPlacement) -> Placement:  # noqa: ARG002 - its validator reads it
        """The early answer: as soon as the stock is held, or the order rejected. Fails as the workflow does."""
        await workflow.wait_condition(lambda: self._answered or self._failure is not None)
        if self._failure is not None:
            raise self._failure
        return Placement(order=self._known(), request_id=self._input.request_id, problems=self._problems)

    @await_placement.validator
    def _check_fingerprint(self, wish: AwaitPlacement) -> None:
        if wish.fingerprint != self._input.fingerprint:
            raise to_failure(IdempotencyMismatch("the key was used with another order", ("idempotencyKey",)))

    @workflow.update(name="cancel")
    async def cancel(self, wish: CancelOrder) -> Order:
        """Answers when all is undone. Refuses with NOT_FOUND, NOT_CANCELLABLE."""
        own = wish.actor_id == self._input.customer_id
        self._want_cancelled("cancelled by its customer" if own else "cancelled by the shop")
        await workflow.wait_condition(lambda: self._cancel is None or self._known().status in CLOSED)
        order = self._known()
        if order.status is not OrderStatus.CANCELLED:
            raise to_failure(NotCancellable(f"the order is {order.status}"))
        return order

    @cancel.validator
    def _check_cancellable(self, wish: CancelOrder) -> None:
        # Somebody else's order looks like one that does not exist.
        if self._order is None or not (wish.by_ops or wish.actor_id == self._input.customer_id):
            raise to_failure(NotFound("no such order"))
        if self._order.status not in CANCELLABLE or (self._ending and self._cancel is None):
            raise to_failure(NotCancellable(f"the order is {self._order.status}"))

    @workflow.update(name="ship")
    async def ship(self, wish: ShipOrder) -> Order:
        """The goods have left. Refuses with CONFLICT unless the order is CONFIRMED."""
        async with self._lock:
            self._must_be(OrderStatus.CONFIRMED)
            return await self._move("ship", OrderStatus.SHIPPED, wish.tracking_number)

    @ship.validator
    def _check_shippable(self, wish: ShipOrder) -> None:
        _must_run_the_shop(wish)
        self._must_be(OrderStatus.CONFIRMED)

    @workflow.update(name="deliver")
    async def deliver(self, wish: DeliverOrder) -> Order:  # noqa: ARG002 - its validator reads it
        """The goods have arrived. Refuses with CONFLICT unless the order is SHIPPED."""
        async with self._lock:
            self._must_be(OrderStatus.SHIPPED)
            return await self._move("deliver", OrderStatus.DELIVERED)

    @deliver.validator
    def _check_deliverable(self, wish: DeliverOrder) -> None:
        _must_run_the_shop(wish)
        self._must_be(OrderStatus.SHIPPED)

    def _must_be(self, status: OrderStatus) -> None:
        now = self._order.status if self._order else None
        if now is not status:
            raise to_failure(Conflict(f"the order is {now or 'not placed yet'}"))
        if self._ending or (status is OrderStatus.CONFIRMED and self._cancel):
            raise to_failure(Conflict("the order is being cancelled"))

    async def _move(self, name: str, status: OrderStatus, tracking_number: str | None = None) -> Order:
        try:
            return self._note(await self._steps.move(name, status, tracking_number))
        except FailureError as error:
            raise failure_of(error, "the order did not answer") from None

    @workflow.update(name="resolve_step")
    async def resolve_step(self, wish: ResolveStep) -> StepView:
        """A person's decision about a STUCK step. Refuses with NOT_FOUND, CONFLICT. Answers before it is done."""
        self._saga.resolve(wish)
        return self._ledger.view(wish.step)

    @resolve_step.validator
    def _check_stuck(self, wish: ResolveStep) -> None:
        _must_run_the_shop(wish)
        if self._ledger.state(wish.step) is None:
            raise to_failure(NotFound("no such step", ("step",)))
        if wish.step not in self._saga.waits_for():
            raise to_failure(Conflict("the step is not STUCK", ("step",)))
        if wish.step == "confirm" and wish.action is StepAction.SKIP:
            raise to_failure(Conflict("a paid order is confirmed or cancelled, this cannot be skipped", ("action",)))

    @workflow.query(name="steps")
    def steps(self) -> list[StepView]:
        """Every step and its state, in the order of the story."""
        return self._ledger.views()

    # -------------------------------------------------------------- what is known, and shown

    def _known(self) -> Order:
        if self._order is None:
            raise to_failure(NotFound("no such order"))
        return self._order

    def _note(self, order: Order) -> Order:
        changed = self._order is None or self._order.status is not order.status
        # What an earlier run has left was counted there.
        if changed and self._order is not None:
            order_metrics.moved(order)
        self._order = order
        self._show()
        if changed and order.status not in OPEN:
            workflow.upsert_search_attributes([ORDER_STATUS.value_set(order.status.value)])
        return order

    def _show(self) -> None:
        workflow.set_current_details(order_story.told(self._known(), self._ledger.views()))


class Watch(order_metrics.SagaMetrics):
    """Counts, and raises the alarm of what is STUCK: the order can be found by it as long as it is."""

    def __init__(self, show: Callable[[], None]) -> None:
        self._show = show
        self._stuck: set[str] = set()

    def ended(self, step: str, error: BaseException | None) -> None:
        """See `SagaWatch.ended`."""
        super().ended(step, error)
        if error is None:
            self._resolved(step)

    def undone(self, step: str) -> None:
        """See `SagaWatch.undone`."""
        super().undone(step)
        self._resolved(step)

    def given_up(self, step: str) -> None:
        """See `SagaWatch.given_up`."""
        super().given_up(step)
        self._resolved(step)

    def stuck(self, step: str) -> None:
        """See `SagaWatch.stuck`."""
        super().stuck(step)
        workflow.logger.error("an undo is stuck", extra={"step": step})
        self._stuck.add(step)
        if workflow.patched(FINDABLE):
            workflow.upsert_search_attributes([STUCK_STEP.value_set(step)])
        self._show()

    def _resolved(self, step: str) -> None:
        if step not in self._stuck:
            return
        self._stuck.remove(step)
        if not self._stuck and workflow.patched(FINDABLE):
            workflow.upsert_search_attributes([STUCK_STEP.value_unset()])


def _must_run_the_shop(wish: ShipOrder | DeliverOrder | ResolveStep) -> None:
    """Asked by validators alone: a history that was recorded before there was this question must still replay."""
    if not wish.by_ops:
        raise to_failure(Forbidden())
