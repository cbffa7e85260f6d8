"""Reads what a running system says of itself: services' databases, Temporal, the provider's ledger.

The one place outside the services that may read their databases, and it only reads. Judges nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from cli.invariants.event_records import EventFact, ListenerFact, ReceiptFact
from cli.invariants.records import FINAL, AdjustmentFact, Facts, OrderFact, ReservationFact, StockFact
from cli.invariants.sources.counters import recommending
from cli.invariants.sources.documents import (
    EVENT,
    event_fact,
    letter_fact,
    note_fact,
    order_fact,
    payment_fact,
    receipt_fact,
    reservation_fact,
    stock_fact,
)
from cli.invariants.sources.kafka_log import KafkaLog
from cli.invariants.sources.ledger import Ledger
from cli.invariants.sources.mailbox import MailFolder
from cli.invariants.sources.office import MessageOffice
from cli.mail import HTTP
from cli.ready import Addresses
from services.infra.mongo import Database, Document, connect
from services.infra.settings import CONTEXTS, Settings
from services.infra.transaction import Transaction
from services.shared.clock import SystemClock
from services.shared.dead_letters import SUFFIX
from services.shared.events import EVENT_TOPICS
from workers.consumers import CONSUMERS
from workers.topics import ALL_TOPICS
from workflows.names import NOTIFICATIONS, order_workflow_id

VERSIONED = (
    ("catalog", "products", "product", "version"),
    ("inventory", "stock", "stock", "version"),
    ("orders", "orders", "order", "version"),
    ("payments", "payments", "payment", "version"),
    ("users", "accounts", "user", "version"),
    ("notifications", "recipients", "notification", "sequence"),
    ("recommendations", "lists", "recommendations", "version"),
)
"""Where each kind of aggregate and its version are kept: database, collection, first word of its events' types,
field of the version."""

LISTENERS = tuple(ListenerFact(consumer=row.consumer, topic=row.topic) for row in CONSUMERS if row.receipts)
READERS = {row.consumer: [row.topic] for row in CONSUMERS} | {
    "dead-letters": [topic.name for topic in ALL_TOPICS if topic.name.endswith(SUFFIX)]
}
"""Who keeps receipts; and all who read topics, with what they read."""

IDENTITY = ("topic", "partition", "offset", "found_at", "consumer", "event_id", "subject", "status")
"""What is read of a dead letter: it may hold a megabyte."""

RUNNING_ORDERS = "WorkflowType = 'PlaceOrder' AND ExecutionStatus = 'Running'"
DESCRIBED_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What says something of the system beside its databases."""

    ledger: Ledger
    log: KafkaLog
    office: MessageOffice


class System:
    """Open connections to a running system."""

    def __init__(
        self, databases: Mapping[str, Database], temporal: Client, sources: Sources, settings: Settings
    ) -> None:
        self._databases = databases
        self._kept = timedelta(days=settings.outbox.kept_days)
        self._clock = SystemClock()
        # Once: facts that differ in nothing else are equal.
        self._receipts_since = self._clock.now() - timedelta(days=settings.consumers.inbox_days)
        self._temporal = temporal
        self._ledger = sources.ledger
        self._log = sources.log
        self._office = sources.office

    async def facts(self) -> Facts:
        """Everything the checks look at, as it is now.

        Stock is read at one moment and so agrees with itself; the rest is read one after the other, orders
        before their workflows and events before their records, and agrees once the system is at rest.
        """
        orders = tuple([order_fact(document) async for document in self._all("orders", "orders")])
        stock, reservations, adjustments = await self._databases["inventory"].read_at_one_moment(self._inventory)
        events = [event async for event in self._events()]
        messaging, ends = await self._office.look()
        versions = await self._versions()
        records = await self._log.records()
        lags = await self._log.lags(READERS)
        return Facts(
            stock=stock,
            reservations=reservations,
            adjustments=adjustments,
            orders=orders,
            payments=tuple([payment_fact(document) async for document in self._all("payments", "payments")]),
            ledger=await self._ledger.entries(),
            alive=await self._alive(orders),
            events=(*events, *ends),
            versions=versions,
            pruned=await self._pruned(),
            records=tuple(record for record in records if not record.topic.endswith(SUFFIX)),
            log_since=self._log.since,
            listeners=LISTENERS,
            receipts=tuple([receipt async for receipt in self._receipts()]),
            receipts_since=self._receipts_since,
            letters=tuple([letter_fact(document) async for document in self._letters()]),
            letter_records=tuple(record for record in records if record.topic.endswith(SUFFIX)),
            lags=lags,
            notes=tuple([note_fact(document) async for document in self._all("catalog", "stock_notes")]),
            messaging=messaging,
            recommending=await self._databases["recommendations"].read_at_one_moment(recommending),
        )

    def _all(self, context: str, collection: str) -> AsyncIterator[Document]:
        return self._databases[context].collection(collection).find({})

    @staticmethod
    def _inventory(
        moment: Transaction,
    ) -> tuple[tuple[StockFact, ...], tuple[ReservationFact, ...], tuple[AdjustmentFact, ...]]:
        found = {name: moment.found(name, {}) for name in ("stock", "reservations", "adjustments")}
        return (
            tuple(stock_fact(document) for document in found["stock"]),
            tuple(reservation_fact(document) for document in found["reservations"]),
            tuple(AdjustmentFact(sku=entry["sku"], delta=entry["delta"]) for entry in found["adjustments"]),
        )

    async def _events(self) -> AsyncIterator[EventFact]:
        """All but those of messages: these are read with them."""
        for context, database in self._databases.items():
            if context != NOTIFICATIONS:
                async for document in database.collection("outbox").find({}, EVENT):
                    yield event_fact(document)

    async def _receipts(self) -> AsyncIterator[ReceiptFact]:
        for database in self._databases.values():
            async for document in database.collection("inbox").find({}, {"at": 1}):
                yield receipt_fact(document)

    def _letters(self) -> AsyncIterator[Document]:
        return self._databases["deadletters"].collection("letters").find({}, dict.fromkeys(IDENTITY, 1))

    async def _pruned(self) -> frozenset[str]:
        """The topics of outboxes that have been relayed from for longer than they keep what was sent."""
        before = self._clock.now() - self._kept
        old = {
            context
            for context, database in self._databases.items()
            if await database.collection("outbox_leases").count_documents({"since": {"$lt": before}})
        }
        return frozenset(EVENT_TOPICS[kind] for context, _, kind, _ in VERSIONED if context in old)

    async def _versions(self) -> dict[tuple[str, str], int]:
        return {
            (EVENT_TOPICS[kind], document["_id"]): document.get(version, 0)
            for context, collection, kind, version in VERSIONED
            async for document in self._databases[context].collection(collection).find({}, {version: 1})
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
        log = await stack.enter_async_context(KafkaLog.opened(addresses.kafka, {topic.name for topic in ALL_TOPICS}))
        temporal = await Client.connect(addresses.temporal, namespace=settings.temporal.namespace)
        office = _office(databases[NOTIFICATIONS], temporal, addresses, settings)
        yield System(databases, temporal, Sources(ledger=ledger, log=log, office=office), settings)


def _office(database: Database, temporal: Client, addresses: Addresses, settings: Settings) -> MessageOffice:
    is_folder = bool(addresses.mailbox) and not addresses.mailbox.startswith(HTTP)
    domain = settings.letterhead.sender.rpartition("@")[2]
    mailbox = MailFolder(Path(addresses.mailbox), domain) if is_folder else None
    since = SystemClock().now() - timedelta(days=settings.notifications.kept_days)
    return MessageOffice(database, temporal, mailbox, since)
