"""What every `Sagas` must do: one suite, run on the memory and on Temporal."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gateway.ports import RunQuery, SagaClosed, Sagas, WorkflowStatus
from services.catalog.errors import SkuTaken
from services.catalog.models import CreateProduct, RequestedLine
from services.orders.errors import NotCancellable
from services.orders.models import Order, OrderStatus
from services.shared.errors import Conflict, Forbidden, IdempotencyMismatch, Invalid, NotFound
from services.shared.money import Money
from services.shared.pages import encode_cursor
from tests.gateway.shop import Shop
from workflows.messages import (
    CancelOrder,
    DeliverOrder,
    LaunchProductInput,
    PlaceOrderInput,
    ResolveStep,
    ShipOrder,
    StepAction,
    StepState,
)

TURN = 0.02


@dataclass
class Desk:
    """The port under test, and the shop behind it with `ink` and `pen`, 100 of each.

    Attributes:
        order_id: this test's own, since a server forgets no order.
        terminate: ends the workflow of an order from outside.
    """

    sagas: Sagas
    shop: Shop
    order_id: str
    terminate: Callable[[str], Awaitable[None]]

    @property
    def workflow_id(self) -> str:
        """The order's workflow."""
        return f"order/{self.order_id}"

    def wish(self, **changes: Any) -> PlaceOrderInput:  # noqa: ANN401 (any field)
        """Two of `ink` and one `pen`, unless said otherwise."""
        values: dict[str, Any] = {
            "order_id": self.order_id,
            "customer_id": "c1",
            "lines": (RequestedLine(sku="ink", quantity=2), RequestedLine(sku="pen", quantity=1)),
            "payment_method": "pm_card_visa",
            "fingerprint": "f1",
            "request_id": "r1",
        }
        return PlaceOrderInput(**(values | changes))

    def launch(self, sku: str, stock: int) -> LaunchProductInput:
        """The wish for a product, of the id `p-<order>`."""
        product = CreateProduct(
            product_id=f"p-{self.order_id}",
            sku=sku,
            name="Quill",
            description="",
            categories=(),
            price=Money(minor=250, currency="EUR"),
        )
        return LaunchProductInput(product=product, initial_stock=stock)

    async def until(self, status: OrderStatus) -> Order:
        """Waits until the order is in that state."""
        async with asyncio.timeout(30):
            while (order := await self.shop.order(self.order_id)) is None or order.status is not status:  # noqa: ASYNC110
                await asyncio.sleep(TURN)
        return order

    async def until_closed(self) -> None:
        """Waits until the workflow has ended."""
        async with asyncio.timeout(30):
            while (view := await self.sagas.describe(self.workflow_id)) and view.status is WorkflowStatus.RUNNING:  # noqa: ASYNC110
                await asyncio.sleep(TURN)

    async def until_listed(self, query: RunQuery, ids: list[str]) -> bool:
        """Waits until that page shows these, since a list may be a little behind."""
        async with asyncio.timeout(30):
            while [edge.node.id for edge in (await self.sagas.list_runs(query)).edges] != ids:  # noqa: ASYNC110
                await asyncio.sleep(TURN)
        return True


class SagasContract(ABC):
    """The suite. A subclass gives the desk."""

    @pytest.fixture
    @abstractmethod
    def desk(self) -> AsyncIterator[Desk]: ...

    async def test_an_order_is_answered_once_its_stock_is_held(self, desk: Desk) -> None:
        placement = await desk.sagas.place_order(desk.wish())
        assert (placement.order.id, placement.order.customer_id, placement.request_id) == (desk.order_id, "c1", "r1")
        assert placement.order.status in {OrderStatus.RESERVED, OrderStatus.CONFIRMED}
        assert placement.problems == ()
        await desk.until(OrderStatus.CONFIRMED)

    async def test_a_repeat_joins_the_order_and_says_whose_answer_it_is(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        repeated = await desk.sagas.place_order(desk.wish(request_id="r2"))
        assert (repeated.order.id, repeated.request_id) == (desk.order_id, "r1")

    async def test_repeats_at_once_are_one_order(self, desk: Desk) -> None:
        placements = await asyncio.gather(*(desk.sagas.place_order(desk.wish(request_id=f"r{n}")) for n in range(8)))
        assert {placement.order.id for placement in placements} == {desk.order_id}
        assert len({placement.request_id for placement in placements}) == 1
        await desk.until(OrderStatus.CONFIRMED)
        assert desk.shop.stock.stock["ink"].available == 98

    async def test_an_order_whose_workflow_was_terminated_goes_on_with_the_same_key(self, desk: Desk) -> None:
        desk.shop.provider.slow = 0.5
        await desk.sagas.place_order(desk.wish(payment_method="pm_sandbox_slow"))
        await desk.terminate(desk.order_id)
        await desk.until_closed()
        with pytest.raises(SagaClosed):
            await desk.sagas.cancel_order(desk.order_id, CancelOrder(actor_id="c1"))
        repeated = [desk.wish(payment_method="pm_sandbox_slow", request_id=f"q{n}") for n in range(5)]
        assert (await desk.sagas.place_order(repeated[0])).request_id == "r1"
        assert any(await asyncio.gather(*(desk.sagas.revive_order(wish) for wish in repeated)))
        await desk.until(OrderStatus.CONFIRMED)
        assert desk.shop.movements() == ["authorization", "capture"]
        assert desk.shop.stock.stock["ink"].available == 98
        assert not await desk.sagas.revive_order(repeated[0])

    async def test_a_paid_order_whose_workflow_was_terminated_can_be_shipped_or_cancelled(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        for number in range(2):
            await desk.until(OrderStatus.CONFIRMED)
            await desk.terminate(desk.order_id)
            await desk.until_closed()
            assert await desk.sagas.revive_order(desk.wish(request_id=f"q{number}"))
        cancelled = await desk.sagas.cancel_order(desk.order_id, CancelOrder(actor_id="c1"))
        assert cancelled.status is OrderStatus.CANCELLED
        assert desk.shop.movements() == ["authorization", "capture", "refund"]
        assert desk.shop.stock.stock["ink"].available == 100
        await desk.until_closed()
        assert not await desk.sagas.revive_order(desk.wish(request_id="q9"))

    async def test_another_input_of_the_same_key_is_a_mismatch(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        with pytest.raises(IdempotencyMismatch) as refusal:
            await desk.sagas.place_order(desk.wish(fingerprint="f2", request_id="r2"))
        assert refusal.value.problems[0].path == ("idempotencyKey",)

    async def test_lines_without_stock_are_all_named_and_the_order_is_rejected(self, desk: Desk) -> None:
        lines = (RequestedLine(sku="ink", quantity=101), RequestedLine(sku="pen", quantity=102))
        placement = await desk.sagas.place_order(desk.wish(lines=lines))
        assert placement.order.status is OrderStatus.REJECTED
        assert [problem.path for problem in placement.problems] == [
            ("lines", "0", "quantity"),
            ("lines", "1", "quantity"),
        ]
        assert placement.order.reason == placement.problems[0]

    async def test_unknown_products_are_all_named_and_there_is_no_order(self, desk: Desk) -> None:
        lines = (RequestedLine(sku="no", quantity=1), RequestedLine(sku="ink", quantity=1))
        with pytest.raises(NotFound) as refusal:
            await desk.sagas.place_order(desk.wish(lines=(*lines, RequestedLine(sku="neither", quantity=1))))
        assert [problem.path for problem in refusal.value.problems] == [("lines", "0", "sku"), ("lines", "2", "sku")]
        assert await desk.shop.order(desk.order_id) is None

    async def test_a_key_that_was_refused_may_be_used_again(self, desk: Desk) -> None:
        lines = (RequestedLine(sku="quill", quantity=1),)
        with pytest.raises(NotFound):
            await desk.sagas.place_order(desk.wish(lines=lines))
        await desk.sagas.launch_product(desk.launch("quill", 3))
        placement = await desk.sagas.place_order(desk.wish(lines=lines, request_id="r2"))
        assert (placement.order.lines[0].sku, placement.request_id) == ("quill", "r2")

    async def test_a_closed_order_takes_no_message(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish(lines=(RequestedLine(sku="ink", quantity=101),)))
        await desk.until_closed()
        with pytest.raises(SagaClosed):
            await desk.sagas.cancel_order(desk.order_id, CancelOrder(actor_id="c1"))
        with pytest.raises(SagaClosed):
            await desk.sagas.ship_order(desk.order_id, ShipOrder(actor_id="ops", by_ops=True))

    async def test_a_closed_order_is_not_placed_again(self, desk: Desk) -> None:
        """Whether the old answer comes back or only the news that it is closed: no second order."""
        first = await desk.sagas.place_order(desk.wish(lines=(RequestedLine(sku="ink", quantity=101),)))
        await desk.until_closed()
        again = replace(desk.wish(lines=(RequestedLine(sku="ink", quantity=101),)), request_id="r2")
        try:
            placement = await desk.sagas.place_order(again)
        except SagaClosed:
            return
        assert placement == first

    async def test_an_unknown_order_takes_no_message(self, desk: Desk) -> None:
        with pytest.raises(SagaClosed):
            await desk.sagas.deliver_order("nobody", DeliverOrder(actor_id="ops", by_ops=True))

    async def test_an_order_is_shipped_and_delivered_in_this_order(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        await desk.until(OrderStatus.CONFIRMED)
        with pytest.raises(Conflict):
            await desk.sagas.deliver_order(desk.order_id, DeliverOrder(actor_id="ops", by_ops=True))
        shipped = await desk.sagas.ship_order(
            desk.order_id, ShipOrder(actor_id="ops", tracking_number="T1", by_ops=True)
        )
        assert shipped.status is OrderStatus.SHIPPED
        with pytest.raises(NotCancellable):
            await desk.sagas.cancel_order(desk.order_id, CancelOrder(actor_id="c1"))
        assert (
            await desk.sagas.deliver_order(desk.order_id, DeliverOrder(actor_id="ops", by_ops=True))
        ).status is OrderStatus.DELIVERED

    async def test_a_message_of_somebody_who_may_not_is_refused_and_does_nothing(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        await desk.until(OrderStatus.CONFIRMED)
        with pytest.raises(NotFound):
            await desk.sagas.cancel_order(desk.order_id, CancelOrder(actor_id="c2"))
        with pytest.raises(Forbidden):
            await desk.sagas.ship_order(desk.order_id, ShipOrder(actor_id="c1"))
        with pytest.raises(Forbidden):
            await desk.sagas.deliver_order(desk.order_id, DeliverOrder(actor_id="c1"))
        decision = ResolveStep(step="reserve", action=StepAction.SKIP, reason="mine", actor_id="c1")
        with pytest.raises(Forbidden):
            await desk.sagas.resolve_step(f"order/{desk.order_id}", decision)
        order = await desk.shop.order(desk.order_id)
        assert order
        assert order.status is OrderStatus.CONFIRMED

    async def test_a_confirmed_order_is_cancelled_with_all_that_was_done(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        await desk.until(OrderStatus.CONFIRMED)
        cancelled = await desk.sagas.cancel_order(desk.order_id, CancelOrder(actor_id="c1"))
        assert cancelled.status is OrderStatus.CANCELLED
        assert cancelled.reason
        assert cancelled.reason.message == "cancelled by its customer"
        assert desk.shop.stock.stock["ink"].available == 100
        assert desk.shop.movements() == ["authorization", "capture", "refund"]

    async def test_a_step_that_is_not_stuck_is_not_resolved(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        await desk.until(OrderStatus.CONFIRMED)
        decision = ResolveStep(step="reserve", action=StepAction.SKIP, reason="seen to", actor_id="ops", by_ops=True)
        with pytest.raises(Conflict):
            await desk.sagas.resolve_step(desk.workflow_id, decision)
        with pytest.raises(NotFound):
            await desk.sagas.resolve_step(desk.workflow_id, replace(decision, step="nothing"))

    async def test_an_order_is_described_with_its_steps(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        await desk.until(OrderStatus.CONFIRMED)
        view = await desk.sagas.describe(desk.workflow_id)
        assert view
        assert (view.id, view.type, view.status) == (desk.workflow_id, "PlaceOrder", WorkflowStatus.RUNNING)
        assert (view.task_queue, view.closed_at) == ("orders", None)
        assert view.history_length > 0
        assert view.run_id
        steps = await desk.sagas.steps(view)
        assert steps
        assert {step.name: step.state for step in steps}["reserve"] is StepState.DONE

    async def test_a_closed_order_tells_the_steps_that_it_took(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish(lines=(RequestedLine(sku="ink", quantity=101),)))
        await desk.until_closed()
        assert (await self.states(desk))["reserve"] is StepState.FAILED
        assert (await self.states(desk))["authorize"] is StepState.PENDING

    async def test_a_declined_order_tells_what_was_taken_back(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish(payment_method="pm_card_chargeDeclined"))
        await desk.until(OrderStatus.REJECTED)
        await desk.until_closed()
        states = await self.states(desk)
        assert (states["record"], states["reserve"]) == (StepState.DONE, StepState.COMPENSATED)
        assert (states["authorize"], states["commit"]) == (StepState.FAILED, StepState.PENDING)

    async def test_a_cancelled_order_tells_what_was_taken_back(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        await desk.until(OrderStatus.CONFIRMED)
        await desk.sagas.cancel_order(desk.order_id, CancelOrder(actor_id="c1"))
        await desk.until_closed()
        taken_back = {name for name, state in (await self.states(desk)).items() if state is StepState.COMPENSATED}
        assert taken_back == {"reserve", "authorize", "commit", "capture"}

    async def states(self, desk: Desk) -> dict[str, StepState]:
        """The steps' states by name, of this test's order."""
        view = await desk.sagas.describe(desk.workflow_id)
        assert view
        return {step.name: step.state for step in await desk.sagas.steps(view) or ()}

    async def test_runs_are_listed_by_their_start_the_last_first(self, desk: Desk) -> None:
        """The one in the middle is closed: that must not change its place."""
        names = []
        for number, quantity in enumerate((1, 101, 1)):
            lines = (RequestedLine(sku="ink", quantity=quantity),)
            order_id = f"{desk.order_id}-{number}"
            await desk.sagas.place_order(replace(desk.wish(lines=lines), order_id=order_id))
            names.append(f"order/{order_id}")
        newest = list(reversed(names))
        assert await desk.until_listed(RunQuery(first=3, type="PlaceOrder"), newest)
        page = await desk.sagas.list_runs(RunQuery(first=2, type="PlaceOrder"))
        assert (page.has_next, page.has_previous) == (True, False)
        assert [edge.node.id for edge in page.edges] == newest[:2]
        behind = await desk.sagas.list_runs(RunQuery(first=1, after=page.edges[1].cursor, type="PlaceOrder"))
        assert ([edge.node.id for edge in behind.edges], behind.has_previous) == (newest[2:], True)
        again = await desk.sagas.list_runs(RunQuery(first=2, after=page.edges[0].cursor, type="PlaceOrder"))
        assert [edge.node.id for edge in again.edges] == newest[1:]

    async def test_runs_are_listed_by_type_and_status(self, desk: Desk) -> None:
        await desk.sagas.launch_product(desk.launch("quill", 1))
        await desk.sagas.place_order(desk.wish())
        launched, order = f"product/p-{desk.order_id}", desk.workflow_id
        assert await desk.until_listed(RunQuery(first=1, type="LaunchProduct"), [launched])
        assert await desk.until_listed(RunQuery(first=1, status=WorkflowStatus.RUNNING, type="PlaceOrder"), [order])
        for status in WorkflowStatus:
            page = await desk.sagas.list_runs(RunQuery(first=100, status=status))
            assert {edge.node.status for edge in page.edges} <= {status}
        assert (await desk.sagas.list_runs(RunQuery(type="NoSuchType"))).edges == ()

    @pytest.mark.parametrize("after", ["", "x", "WzEsMl0=", encode_cursor(-1, "r"), encode_cursor(2**62, "r")])
    async def test_what_is_no_cursor_of_runs_is_refused(self, desk: Desk, after: str) -> None:
        with pytest.raises(Invalid) as refusal:
            await desk.sagas.list_runs(RunQuery(after=after))
        assert refusal.value.problems[0].path == ("after",)

    async def test_what_does_not_exist_is_not_described(self, desk: Desk) -> None:
        assert await desk.sagas.describe("order/nobody") is None

    async def test_a_product_is_launched_with_its_stock(self, desk: Desk) -> None:
        launched = await desk.sagas.launch_product(desk.launch("quill", 7))
        assert (launched.product.id, launched.stock.available) == (f"p-{desk.order_id}", 7)
        view = await desk.sagas.describe(f"product/p-{desk.order_id}")
        assert view
        assert view.type == "LaunchProduct"
        assert await desk.sagas.steps(view) is None

    async def test_a_taken_sku_is_refused(self, desk: Desk) -> None:
        with pytest.raises(SkuTaken) as refusal:
            await desk.sagas.launch_product(desk.launch("ink", 7))
        assert refusal.value.problems[0].path == ("sku",)

    async def test_it_answers_that_it_is_there(self, desk: Desk) -> None:
        await desk.sagas.check()
