"""Payments in MongoDB. Owns the collection `payments`; every write stores its events with it. No rules.

A document: `_id` the order's id, `amount` {minor, currency}, `method`, `status`, `reference`, `authorization_key`,
`capture_key`, `closing`, `closing_key`, `decline`, `version`, `revision`, `updated_at`. The names are stable: the
invariants are checked on them. A mark (closed before any payment began) is VOIDED with 0 XXX and an empty reference.
"""

from collections.abc import Sequence

from services.infra.mongo import WHOLE, Database, Document, unavailable_when_away
from services.infra.outbox.rows import told
from services.infra.transaction import added, replaced
from services.payments.models import Payment, PaymentStatus
from services.shared.events import Event
from services.shared.money import Money

COLLECTION = "payments"

TEXT = {"bsonType": "string"}
NOT_NEGATIVE = {**WHOLE, "minimum": 0}
PROPERTIES: Document = {
    "_id": TEXT,
    "amount": {
        "bsonType": "object",
        "required": ["minor", "currency"],
        "properties": {"minor": NOT_NEGATIVE, "currency": TEXT},
    },
    "method": TEXT,
    "status": {"enum": [status.value for status in PaymentStatus]},
    "reference": TEXT,
    "authorization_key": TEXT,
    "capture_key": TEXT,
    "closing": {"bsonType": "bool"},
    "closing_key": TEXT,
    "decline": TEXT,
    "version": NOT_NEGATIVE,
    "revision": NOT_NEGATIVE,
    "updated_at": {"bsonType": "date"},
}
VALIDATOR: Document = {"$jsonSchema": {"bsonType": "object", "required": list(PROPERTIES), "properties": PROPERTIES}}


class MongoPaymentStore:
    """The PaymentStore of a running system."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._payments = database.collection(COLLECTION)

    async def prepare(self) -> None:
        """Makes the collection and its validator, or brings them up to date. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(COLLECTION, VALIDATOR)

    async def insert(self, payment: Payment, events: Sequence[Event]) -> Payment:
        """See `PaymentStore.insert`. Without events it is one command: a single write is whole by itself."""
        document = _document(payment)
        if not events:
            new = await self._database.insert_new(self._payments, document)
        else:
            new = await self._database.write_all([added(COLLECTION, document), *told(events)])
        return payment if new else (await self.by_orders([payment.order_id]))[0]

    async def replace(self, payment: Payment, expected_revision: int, events: Sequence[Event]) -> bool:
        """See `PaymentStore.replace`. Without events it is one command, as in `insert`."""
        expected, document = {"_id": payment.order_id, "revision": expected_revision}, _document(payment)
        if events:
            return await self._database.write_all([replaced(COLLECTION, expected, document), *told(events)])
        with unavailable_when_away():
            result = await self._payments.replace_one(expected, document)
        return result.matched_count == 1

    async def by_orders(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        """See `PaymentStore.by_orders`."""
        if not order_ids:
            return ()
        with unavailable_when_away():
            found = await self._payments.find({"_id": {"$in": list(order_ids)}}).to_list(None)
        return tuple(_payment(document) for document in found)


def _document(payment: Payment) -> Document:
    return {
        "_id": payment.order_id,
        "customer_id": payment.customer_id,
        "amount": {"minor": payment.amount.minor, "currency": payment.amount.currency},
        "method": payment.method,
        "status": payment.status.value,
        "reference": payment.reference,
        "authorization_key": payment.authorization_key,
        "capture_key": payment.capture_key,
        "closing": payment.closing,
        "closing_key": payment.closing_key,
        "decline": payment.decline,
        "version": payment.version,
        "revision": payment.revision,
        "updated_at": payment.updated_at,
    }


def _payment(document: Document) -> Payment:
    return Payment(
        order_id=document["_id"],
        customer_id=document.get("customer_id", ""),
        amount=Money(**document["amount"]),
        method=document["method"],
        status=PaymentStatus(document["status"]),
        reference=document["reference"],
        authorization_key=document["authorization_key"],
        capture_key=document["capture_key"],
        closing=document["closing"],
        closing_key=document["closing_key"],
        decline=document["decline"],
        version=document["version"],
        revision=document["revision"],
        updated_at=document["updated_at"],
    )
