"""What goes into and comes out of workflows: inputs, updates, queries. Values only; a field may be added with a
default, never removed or renamed, because running workflows hold old ones.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.catalog.models import CreateProduct, Product, RequestedLine
from services.inventory.models import Reservation, ReservedLine, StockItem
from services.orders.models import Order
from services.shared.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrderInput:
    """An order as it was asked for.

    Attributes:
        order_id: derived from customer and idempotency key, so that a repeated key is the same workflow.
        fingerprint: a hash of lines and payment method; another one under the same key is a mismatch.
        request_id: of the request that started the workflow; tells its own answer from a repeated one.
        colocated: the services in the same process as the worker of queue `orders` (see `placement`).
        hold_seconds: how long the stock is held unless committed.
    """

    order_id: str
    customer_id: str
    lines: tuple[RequestedLine, ...]
    payment_method: str
    fingerprint: str
    request_id: str
    colocated: tuple[str, ...] = ()
    hold_seconds: int = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitPlacement:
    """The update that answers once it is known whether the stock is held."""

    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The early answer: the order RESERVED (or further), or REJECTED with its reason.

    Attributes:
        request_id: of the request that started the workflow; a caller with another one reads the order afresh.
        problems: all that was wrong when it was rejected here and now (every line without stock); else empty.
    """

    order: Order
    request_id: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """The shopper's or the shop's wish to cancel; answered when all is undone and the order is CANCELLED.

    Attributes:
        by_ops: whether the actor runs the shop; here and in the other wishes, as the gateway has verified it.
    """

    actor_id: str
    by_ops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOrder:
    """The goods have left."""

    actor_id: str
    tracking_number: str | None = None
    by_ops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOrder:
    """The goods have arrived."""

    actor_id: str
    by_ops: bool = False


class StepAction(StrEnum):
    """What a person decides about a STUCK undo."""

    RETRY = "RETRY"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveStep:
    """A person's decision about a step whose undo is STUCK; stays in the workflow's history."""

    step: str
    action: StepAction
    reason: str
    actor_id: str
    by_ops: bool = False


class StepState(StrEnum):
    """The contract's states of a step."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    COMPENSATED = "COMPENSATED"
    STUCK = "STUCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step as the query `steps` shows it."""

    name: str
    state: StepState
    started_at: datetime | None = None
    finished_at: datetime | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveInventoryInput:
    """What the child workflow holds, and where its step runs."""

    order_id: str
    lines: tuple[ReservedLine, ...]
    hold_seconds: int
    colocated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveInventoryResult:
    """The hold. A refusal is the child's failure, with the refusal's code as its type."""

    reservation: Reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireReservationsInput:
    """How many holds one transaction releases at most, and where the step runs."""

    batch: int = 100
    colocated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireReservationsResult:
    """How many holds were released."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchProductInput:
    """A new product and its first stock: two services, hence a workflow."""

    product: CreateProduct
    initial_stock: int
    colocated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchProductResult:
    """The product, and its stock."""

    product: Product
    stock: StockItem
