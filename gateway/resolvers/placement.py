"""Placing an order: what is checked before anything starts, and what the shopper is answered."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import graphene

from gateway.answers import OrderAnswer
from gateway.context import Info, RequestContext, context_of
from gateway.inputs import Problems
from gateway.ports import SagaClosed
from gateway.types.orders import OrderPayload
from gateway.types.orders import PlaceOrderInput as PlaceOrderArgument
from services.catalog.models import RequestedLine
from services.orders.models import Order
from services.shared.errors import IdempotencyMismatch, Invalid, Unavailable
from services.shared.ids import derived_id
from services.shared.text import checked_text
from workflows.messages import PlaceOrderInput
from workflows.place_order import CLOSED

MOST_LINES = 100
MOST_OF_ONE = 1000
LONGEST_SKU = 64
LONGEST_KEY = 64
LONGEST_METHOD = 100


class LineWish(Protocol):
    """The contract's `OrderLineInput`."""

    sku: str
    quantity: int


class OrderWish(Protocol):
    """The contract's `PlaceOrderInput`."""

    lines: Sequence[LineWish]
    payment_method: str
    idempotency_key: str


class PlacementMutations(graphene.ObjectType):
    """The shopper's one big wish."""

    place_order = graphene.Field(
        OrderPayload,
        required=True,
        description=(
            "Places an order. The same idempotencyKey with the same input answers with the same order, however often"
            " and\nhowever concurrently it is sent; with another input it is IDEMPOTENCY_MISMATCH.\n"
            "Returns as soon as it is known whether the stock is held; a payment that takes longer goes on behind it."
        ),
        wanted=graphene.Argument(PlaceOrderArgument, name="input", required=True),
    )

    @staticmethod
    async def resolve_place_order(_root: object, info: Info, wanted: OrderWish) -> OrderAnswer:
        """The order as it is once its stock is held, or why there is none."""
        context = context_of(info)
        _check(wanted)
        try:
            async with asyncio.timeout(context.backends.places.answer_within):
                command = _command(context, wanted)
                await _check_currencies(context, command)
                return await _placed(context, command)
        except TimeoutError:
            raise Unavailable("orders", "the answer takes too long") from None


async def _check_currencies(context: RequestContext, command: PlaceOrderInput) -> None:
    """Refuses lines of two currencies before anything is started, unless their key has made an order already."""
    if len(command.lines) == 1:
        return
    other = await context.backends.currencies.first_other([line.sku for line in command.lines])
    if other is not None and not await context.backends.orders.orders_by_id([command.order_id]):
        raise Invalid("all lines must be of one currency", ("lines", str(other), "sku"))


async def _placed(context: RequestContext, command: PlaceOrderInput) -> OrderAnswer:
    try:
        placement = await context.backends.sagas.place_order(command)
    except SagaClosed:
        return OrderAnswer(order=await _as_it_is_now(context, command))
    if placement.request_id != command.request_id:
        return OrderAnswer(order=await _as_it_is_now(context, command))
    return OrderAnswer(order=placement.order, errors=placement.problems)


async def _as_it_is_now(context: RequestContext, command: PlaceOrderInput) -> Order:
    """A repeated key is answered with the order's present, not with the first answer's past.

    While the order is open its workflow must live: only a look can tell, since the server answers for dead ones too.
    """
    order = await _found(context, command)
    if order.status not in CLOSED and await context.backends.sagas.revive_order(command):
        context.loaders.order.clear(command.order_id)
        return await _found(context, command)
    return order


async def _found(context: RequestContext, command: PlaceOrderInput) -> Order:
    order = await context.loaders.order.load(command.order_id)
    if order is None:
        raise Unavailable("orders", "its workflow has ended without an order")
    if order.fingerprint != command.fingerprint:
        raise IdempotencyMismatch("the key was used before, for another order", ("idempotencyKey",))
    return order


def _command(context: RequestContext, wanted: OrderWish) -> PlaceOrderInput:
    customer_id = context.signed_in.user_id
    lines = tuple(RequestedLine(sku=line.sku, quantity=line.quantity) for line in wanted.lines)
    places = context.backends.places
    return PlaceOrderInput(
        order_id=derived_id("order", customer_id, wanted.idempotency_key),
        customer_id=customer_id,
        lines=lines,
        payment_method=wanted.payment_method,
        fingerprint=_fingerprint(lines, wanted.payment_method),
        request_id=context.request_id,
        colocated=places.orders,
        hold_seconds=places.hold_seconds,
    )


def _fingerprint(lines: Sequence[RequestedLine], payment_method: str) -> str:
    parts = [part for line in lines for part in (line.sku, str(line.quantity))]
    return derived_id("order-input", payment_method, *parts)


def _check(wanted: OrderWish) -> None:
    problems = Problems()
    with problems.noted():
        checked_text(wanted.idempotency_key, ("idempotencyKey",), most=LONGEST_KEY)
    with problems.noted():
        checked_text(wanted.payment_method, ("paymentMethod",), most=LONGEST_METHOD)
    if 1 <= len(wanted.lines) <= MOST_LINES:
        _check_lines(wanted.lines, problems)
    else:
        problems.note(f"must be 1 to {MOST_LINES} lines", "lines")
    problems.refuse()


def _check_lines(lines: Sequence[LineWish], problems: Problems) -> None:
    seen: set[str] = set()
    for index, line in enumerate(lines):
        place = ("lines", str(index))
        with problems.noted():
            checked_text(line.sku, (*place, "sku"), most=LONGEST_SKU)
        if line.sku in seen:
            problems.note("this SKU is in another line already", *place, "sku")
        seen.add(line.sku)
        if not 1 <= line.quantity <= MOST_OF_ONE:
            problems.note(f"must be 1 to {MOST_OF_ONE}", *place, "quantity")
