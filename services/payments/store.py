"""Payments in MongoDB. Owns the collection `payments`; every write stores its events with it. No rules.

A document: `_id` the order's id, `amount` {minor, currency}, `method`, `status`, `reference`, `authorization_key`,
`capture_key`, `closing`, `closing_key`, `decline`, `version`, `revision`, `updated_at`. The names are stable: the
invariants are checked on them. A mark (closed before any payment began) is VOIDED with 0 XXX and an empty reference.
"""

from collections.abc import Sequence

from services.infra.mongo import WHOLE, Database, Document, Session, unavailable_when_away
from services.infra.outbox import Outbox
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

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._payments = database.collection(COLLECTION)

    async def prepare(self) -> None:
        """Makes the collection and its validator, or brings them up to date. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(COLLECTION, VALIDATOR)

    async def insert(self, payment: Payment, events: Sequence[Event]) -> Payment:
        """See `PaymentStore.insert`. Without events it is one command: a single write is whole by itself."""

        async def tell(session: Session) -> None:
            await self._outbox.append(session, events)

        if await self._database.insert_new(self._payments, _document(payment), tell if events else None):
            return payment
        return (await self.by_orders([payment.order_id]))[0]

    async def replace(self, payment: Payment, expected_revision: int, events: Sequence[Event]) -> bool:
        """See `PaymentStore.replace`. Without events it is one command, as in `insert`."""
        if not events:
            with unavailable_when_away():
                return await self._swap(payment, expected_revision)

        async def work(session: Session) -> bool:
            swapped = await self._swap(payment, expected_revision, session)
            if swapped:
                await self._outbox.append(session, events)
            return swapped

        return await self._database.transact(work)

    async def by_orders(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        """See `PaymentStore.by_orders`."""
        if not order_ids:
            return ()
        with unavailable_when_away():
            found = await self._payments.find({"_id": {"$in": list(order_ids)}}).to_list(None)
        return tuple(_payment(document) for document in found)

    async def _swap(self, payment: Payment, expected: int, session: Session | None = None) -> bool:
        wanted = {"_id": payment.order_id, "revision": expected}
        result = await self._payments.replace_one(wanted, _document(payment), session=session)
        return result.matched_count == 1


def _document(payment: Payment) -> Document:
    return {
        "_id": payment.order_id,
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
