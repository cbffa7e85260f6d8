"""Reads what a running system says of itself: services' databases, Temporal, the provider's ledger.

The one place outside the services that may read their databases, and it only reads. Judges nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import aiohttp
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from cli.invariants.kafka_log import KafkaLog
from cli.invariants.ledger import Ledger
from cli.invariants.records import (
    FINAL,
    AdjustmentFact,
    EventFact,
    Facts,
    OrderFact,
    PaymentFact,
    ReservationFact,
    StockFact,
)
from cli.ready import Addresses
from services.infra.mongo import Database, Document, Session, connect
from services.infra.settings import CONTEXTS, Settings
from services.shared.clock import SystemClock
from services.shared.events import EVENT_TOPICS
from workflows.names import order_workflow_id

VERSIONED = (
    ("catalog", "products", "product"),
    ("inventory", "stock", "stock"),
    ("orders", "orders", "order"),
    ("payments", "payments", "payment"),
    ("users", "accounts", "user"),
)
"""Where each kind of aggregate and its version are kept: database, collection, first word of its events' types."""

RUNNING_ORDERS = "WorkflowType = 'PlaceOrder' AND ExecutionStatus = 'Running'"
DESCRIBED_AT_ONCE = 8


class System:
    """Open connections to a running system."""

    def __init__(
        self, databases: Mapping[str, Database], temporal: Client, ledger: Ledger, log: KafkaLog, kept: timedelta
    ) -> None:
        self._databases = databases
        self._kept = kept
        self._clock = SystemClock()
        self._temporal = temporal
        self._ledger = ledger
        self._log = log

    async def facts(self) -> Facts:
        """Everything the checks look at, as it is now.

        Stock is read in one transaction and so agrees with itself; the rest is read one after the other, orders
        before their workflows and events before their records, and agrees once the system is at rest.
        """
        orders = tuple([_order(document) async for document in self._all("orders", "orders")])
        stock, reservations, adjustments = await self._databases["inventory"].transact(self._inventory)
        events = tuple([event async for event in self._events()])
        versions = await self._versions()
        return Facts(
            stock=stock,
            reservations=reservations,
            adjustments=adjustments,
            orders=orders,
            payments=tuple([_payment(document) async for document in self._all("payments", "payments")]),
            ledger=await self._ledger.entries(),
            alive=await self._alive(orders),
            events=events,
            versions=versions,
            pruned=await self._pruned(),
            records=await self._log.records(),
            log_since=self._log.since,
        )

    def _all(self, context: str, collection: str) -> AsyncIterator[Document]:
        return self._databases[context].collection(collection).find({})

    async def _inventory(
        self, session: Session
    ) -> tuple[tuple[StockFact, ...], tuple[ReservationFact, ...], tuple[AdjustmentFact, ...]]:
        found = {}
        for name in ("stock", "reservations", "adjustments"):
            found[name] = await self._databases["inventory"].collection(name).find({}, session=session).to_list(None)
        return (
            tuple(_stock(document) for document in found["stock"]),
            tuple(_reservation(document) for document in found["reservations"]),
            tuple(AdjustmentFact(sku=entry["sku"], delta=entry["delta"]) for entry in found["adjustments"]),
        )

    async def _events(self) -> AsyncIterator[EventFact]:
        for database in self._databases.values():
            async for document in database.collection("outbox").find({}, {"data": 0}):
                yield _event(document)

    async def _pruned(self) -> frozenset[str]:
        """The topics of outboxes that have been relayed from for longer than they keep what was sent."""
        before = self._clock.now() - self._kept
        old = {
            context
            for context, database in self._databases.items()
            if await database.collection("outbox_leases").count_documents({"since": {"$lt": before}})
        }
        return frozenset(EVENT_TOPICS[kind] for context, _, kind in VERSIONED if context in old)

    async def _versions(self) -> dict[tuple[str, str], int]:
        return {
            (EVENT_TOPICS[kind], document["_id"]): document["version"]
            for context, collection, kind in VERSIONED
            async for document in self._databases[context].collection(collection).find({}, {"version": 1})
        }

    async def _alive(self, orders: Iterable[OrderFact]) -> frozenset[str]:
        """Orders whose workflow runs. Where Temporal's list disagrees with an order's state, the workflow is asked."""
        listed = {run.id async for run in self._temporal.list_workflows(RUNNING_ORDERS)}
        states = {order_workflow_id(order.id): order.status for order in orders}
        agreed = {name for name in listed if name in states and states[name] not in FINAL}
        asked = sorted((listed | {name for name, status in states.items() if status not in FINAL}) - agreed)
        slots = asyncio.Semaphore(DESCRIBED_AT_ONCE)
        running = await asyncio.gather(*(self._runs(name, slots) for name in asked))
        alive = agreed | {name for name, runs in zip(asked, running, strict=True) if runs}
        return frozenset(name.removeprefix(order_workflow_id("")) for name in alive)

    async def _runs(self, workflow_id: str, slots: asyncio.Semaphore) -> bool:
        async with slots:
            try:
                description = await self._temporal.get_workflow_handle(workflow_id).describe()
            except RPCError as failure:
                if failure.status is RPCStatusCode.NOT_FOUND:
                    return False
                raise
            return description.status is WorkflowExecutionStatus.RUNNING


@asynccontextmanager
async def opened(addresses: Addresses) -> AsyncIterator[System]:
    """Connects to the system behind these addresses, and closes all connections in the end."""
    async with AsyncExitStack() as stack:
        settings = Settings()
        client = connect(settings.mongo.model_copy(update={"url": addresses.mongo}))
        stack.callback(client.close)
        databases = {context: Database(client, settings.mongo.database_prefix + context) for context in CONTEXTS}
        http = await stack.enter_async_context(aiohttp.ClientSession())
        ledger = Ledger(http, addresses.payment_sandbox)
        log = await stack.enter_async_context(KafkaLog.opened(addresses.kafka, sorted(EVENT_TOPICS.values())))
        temporal = await Client.connect(addresses.temporal, namespace=settings.temporal.namespace)
        yield System(databases, temporal, ledger, log, timedelta(days=settings.outbox.kept_days))


def _stock(document: Document) -> StockFact:
    return StockFact(
        sku=document["_id"],
        on_hand=document["on_hand"],
        reserved=document["reserved"],
        available=document["available"],
    )


def _reservation(document: Document) -> ReservationFact:
    return ReservationFact(order_id=document["_id"], state=document["state"], lines=_lines(document))


def _order(document: Document) -> OrderFact:
    return OrderFact(
        id=document["_id"],
        status=document["status"],
        total=document["total"]["minor"],
        currency=document["total"]["currency"],
        lines=_lines(document),
    )


def _payment(document: Document) -> PaymentFact:
    return PaymentFact(
        order_id=document["_id"],
        status=document["status"],
        amount=document["amount"]["minor"],
        currency=document["amount"]["currency"],
        reference=document["reference"],
    )


def _event(document: Document) -> EventFact:
    return EventFact(
        id=document["_id"],
        type=document["type"],
        topic=EVENT_TOPICS[document["type"].partition(".")[0]],
        subject=document["subject"],
        sequence=document["sequence"],
        time=document["time"],
        sent=document["sent"],
        parked=document.get("parked", {}).get("reason"),
    )


def _lines(document: Document) -> tuple[tuple[str, int], ...]:
    return tuple((line["sku"], line["quantity"]) for line in document["lines"])
