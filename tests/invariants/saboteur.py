"""Plants bugs into a real system, behind its back: in its databases, its log, its provider, its workflows."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiokafka import AIOKafkaProducer
from temporalio.client import Client

from cli.ready import Addresses
from services.infra.kafka.records import record_headers
from services.infra.mongo import Collection, connect
from services.infra.settings import MongoSettings
from services.recommendations.events import refreshed_event
from services.recommendations.models import UserList
from services.shared.events import Event, Origin
from workflows.names import order_workflow_id

PATIENCE = 30.0
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A confirmed order of one unit, to plant a bug at."""

    order_id: str
    sku: str


class Saboteur:
    """Hands on everything that the services own."""

    def __init__(self, addresses: Addresses, client: Any) -> None:  # noqa: ANN401 (Motor's client)
        self._addresses = addresses
        self._client = client

    def collection(self, context: str, name: str) -> "Collection[dict[str, Any]]":
        """A service's collection."""
        found: Collection[dict[str, Any]] = self._client[f"caravan_{context}"][name]
        return found

    async def change(self, context: str, name: str, target: str, **values: object) -> None:
        """Sets fields of a document."""
        result = await self.collection(context, name).update_one({"_id": target}, {"$set": values})
        assert result.modified_count == 1

    async def publish(self, topic: str, key: str, sequence: int) -> None:
        """A record that no outbox knows, and that no consumer can read."""
        headers = {"ce_id": f"forged-{key}", "ce_type": "order.placed.v1", "ce_sequence": str(sequence)}
        await self._send(topic, key, [(name, value.encode()) for name, value in headers.items()], {})

    async def publish_event(self, event: Event) -> None:
        """An event that no outbox knows, and that consumers take for one."""
        await self._send(event.topic, event.subject, record_headers(event, "planted"), event.data)

    async def _send(self, topic: str, key: str, headers: list[tuple[str, bytes]], data: object) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self._addresses.kafka)
        await producer.start()
        try:
            await producer.send_and_wait(topic, json.dumps(data).encode(), key=key.encode(), headers=headers)
        finally:
            await producer.stop()

    async def letter_of(self, key: str) -> dict[str, Any]:
        """The dead letter of a record with that key, once the store has it."""
        letters = self.collection("deadletters", "letters")
        async with asyncio.timeout(PATIENCE):
            while (found := await letters.find_one({"key": key})) is None:  # noqa: ASYNC110 (another process stores it)
                await asyncio.sleep(0.1)
        return found

    async def confirmation(self, order_id: str) -> dict[str, Any]:
        """The message that tells of an order, once it is sent."""
        messages = self.collection("notifications", "messages")
        async with asyncio.timeout(PATIENCE):
            while (found := await messages.find_one({"correlation_id": order_id, "status": "SENT"})) is None:  # noqa: ASYNC110 (another process stores it)
                await asyncio.sleep(0.1)
        return found

    def mail_of(self, message_id: str) -> Path:
        """The file in the mailbox."""
        (found,) = [mail for mail in Path(self._addresses.mailbox).glob("*.eml") if message_id in mail.read_text()]
        return found

    async def charge_again(self, order_id: str) -> None:
        """A second authorisation at the provider, as if the key had changed."""
        body = {"order": order_id, "amount": "1.00", "currency": "EUR", "method": "pm_card_visa"}
        headers = {"Idempotency-Key": f"again-{order_id}"}
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self._addresses.payment_sandbox}/authorizations", json=body, headers=headers) as answer,
        ):
            answer.raise_for_status()

    async def terminate(self, order_id: str) -> None:
        """The end of an order's workflow, without any undo."""
        client = await Client.connect(self._addresses.temporal)
        await client.get_workflow_handle(order_workflow_id(order_id)).terminate("planted")


@asynccontextmanager
async def at_work(addresses: Addresses) -> AsyncIterator[Saboteur]:
    """A saboteur with open connections."""
    client = connect(MongoSettings(url=addresses.mongo))
    try:
        yield Saboteur(addresses, client)
    finally:
        client.close()


Deed = Callable[[Saboteur, Target], Awaitable[None]]


async def deliver_nothing(hand: Saboteur, target: Target) -> None:
    entry = {
        "_id": f"planted-{target.sku}",
        "sku": target.sku,
        "delta": 1,
        "reason": "planted",
        "at": LONG_AGO,
        "actor_id": None,
        "on_hand": 1,
        "version": 1,
    }
    await hand.collection("inventory", "adjustments").insert_one(entry)


async def hold_for_nobody(hand: Saboteur, target: Target) -> None:
    held = {
        "_id": f"ghost-{target.order_id}",
        "lines": [{"sku": target.sku, "quantity": 1}],
        "state": "HELD",
        "deadline": datetime.now(UTC) + timedelta(days=1),
        "updated_at": LONG_AGO,
        "problems": [],
    }
    await hand.collection("inventory", "reservations").insert_one(held)


async def give_goods_back(hand: Saboteur, target: Target) -> None:
    await hand.change("inventory", "reservations", target.order_id, state="RETURNED")


async def raise_total(hand: Saboteur, target: Target) -> None:
    await hand.change("orders", "orders", target.order_id, **{"total.minor": 1})


async def forget_capture(hand: Saboteur, target: Target) -> None:
    await hand.change("payments", "payments", target.order_id, status="AUTHORIZED")


async def reject_what_is_paid(hand: Saboteur, target: Target) -> None:
    await hand.change("orders", "orders", target.order_id, status="REJECTED")


async def stop_in_the_middle(hand: Saboteur, target: Target) -> None:
    await hand.change("orders", "orders", target.order_id, status="RESERVED")


async def lose_event(hand: Saboteur, target: Target) -> None:
    result = await hand.collection("orders", "outbox").delete_one({"subject": target.order_id, "sequence": 2})
    assert result.deleted_count == 1


async def claim_sent(hand: Saboteur, target: Target) -> None:
    outbox = hand.collection("orders", "outbox")
    event = await outbox.find_one({"subject": target.order_id})
    assert event is not None
    await outbox.insert_one({**event, "_id": f"never-{target.order_id}", "sequence": 4, "sent": True})


async def publish_out_of_order(hand: Saboteur, target: Target) -> None:
    await hand.publish("caravan.orders", target.order_id, 1)


async def charge_again(hand: Saboteur, target: Target) -> None:
    await hand.charge_again(target.order_id)


async def kill_workflow(hand: Saboteur, target: Target) -> None:
    await hand.terminate(target.order_id)


async def publish_untold(hand: Saboteur, target: Target) -> None:
    # One that all of the topic's consumers can read, so that nobody gives it up.
    stored = UserList(user_id=target.order_id, items=(), computed_at=LONG_AGO, version=1)
    await hand.publish_event(refreshed_event(stored, f"forged-{target.order_id}", Origin()))


async def lose_receipt(hand: Saboteur, target: Target) -> None:
    event = await hand.collection("inventory", "outbox").find_one({"subject": target.sku, "sequence": 1})
    assert event is not None
    result = await hand.collection("catalog", "inbox").delete_one({"_id": f"stock-notes/{event['_id']}"})
    assert result.deleted_count == 1


async def claim_effect(hand: Saboteur, target: Target) -> None:
    receipt = {"_id": f"stock-notes/ghost-{target.sku}", "outcome": "applied", "at": datetime.now(UTC)}
    await hand.collection("catalog", "inbox").insert_one(receipt)


async def forget_stock(hand: Saboteur, target: Target) -> None:
    await hand.change("catalog", "stock_notes", target.sku, available=77)


async def lose_letter(hand: Saboteur, target: Target) -> None:
    await hand.publish("caravan.inventory", target.sku, 1)
    letter = await hand.letter_of(target.sku)
    await hand.collection("deadletters", "letters").delete_many({"key": letter["key"]})


async def tell_twice(hand: Saboteur, target: Target) -> None:
    message = await hand.confirmation(target.order_id)
    await hand.collection("notifications", "messages").insert_one({**message, "_id": f"again-{target.order_id}"})


async def forget_message(hand: Saboteur, target: Target) -> None:
    message = await hand.confirmation(target.order_id)
    await hand.collection("notifications", "messages").delete_one({"_id": message["_id"]})


async def mail_again(hand: Saboteur, target: Target) -> None:
    mail = hand.mail_of((await hand.confirmation(target.order_id))["_id"])
    mail.with_stem(f"{mail.stem}-again").write_bytes(mail.read_bytes())


async def lose_mail(hand: Saboteur, target: Target) -> None:
    hand.mail_of((await hand.confirmation(target.order_id))["_id"]).unlink()


async def deny_message(hand: Saboteur, target: Target) -> None:
    message = await hand.confirmation(target.order_id)
    await hand.change("notifications", "messages", message["_id"], status="SKIPPED", reason="EXPIRED")


async def fail_in_secret(hand: Saboteur, target: Target) -> None:
    message = await hand.confirmation(target.order_id)
    outbox = hand.collection("notifications", "outbox")
    event = await outbox.find_one({"data.notificationId": message["_id"]})
    assert event is not None
    told = {"_id": f"secret-{target.order_id}", "type": "notification.failed.v1", "sent": True}
    await outbox.insert_one({**event, **told, "sequence": 99})


async def tell_of_no_campaign(hand: Saboteur, target: Target) -> None:
    message = await hand.confirmation(target.order_id)
    campaign = {"source_kind": "CAMPAIGN", "source_id": f"ghost-{target.order_id}"}
    await hand.collection("notifications", "messages").insert_one(
        {**message, **campaign, "_id": f"ghost-{target.order_id}"}
    )


async def forget_mark(hand: Saboteur, target: Target) -> None:
    result = await hand.collection("recommendations", "orders_0").delete_one({"_id": target.order_id})
    assert result.deleted_count == 1


async def count_more(hand: Saboteur, target: Target) -> None:
    await hand.change("recommendations", "sales_0", target.sku, units=77)


async def offer_to_nobody(hand: Saboteur, target: Target) -> None:
    listed = {"_id": f"ghost-{target.order_id}", "items": [], "computed_at": LONG_AGO, "version": 1}
    await hand.collection("recommendations", "lists").insert_one(listed)


DEEDS: dict[str, Deed] = {
    "delivered = on hand + sold": deliver_nothing,
    "reserved = what orders hold": hold_for_nobody,
    "goods follow orders": give_goods_back,
    "captured - refunded = standing orders": raise_total,
    "one charge an order": charge_again,
    "undone orders keep no money": reject_what_is_paid,
    "payments agree with the provider": forget_capture,
    "every order final or alive": kill_workflow,
    "at rest": stop_in_the_middle,
    "every change has its event": lose_event,
    "every event on Kafka": claim_sent,
    "events unique and in order": publish_out_of_order,
    "no event that nobody told": publish_untold,
    "every event has its effect once": lose_receipt,
    "no effect without its event": claim_effect,
    "the catalogue knows the stock": forget_stock,
    "every dead letter is kept": lose_letter,
    "one message a source and recipient": tell_twice,
    "everybody is told": forget_message,
    "one mail a message": mail_again,
    "every sent message arrived": lose_mail,
    "every end of a message is told once": deny_message,
    "every failed message is a dead letter": fail_in_secret,
    "campaigns add up": tell_of_no_campaign,
    "every standing order is counted": forget_mark,
    "counts equal a recount": count_more,
    "lists name what there is": offer_to_nobody,
}
"""By invariant. The rest cannot be planted from outside: the databases' own rules refuse it, or the relay mends it."""
