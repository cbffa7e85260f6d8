"""Payments on a real database and the real sandbox, while the sandbox is killed: nobody is charged twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from services.infra.settings import PaymentsSettings
from services.payments.errors import PaymentDeclined
from services.payments.memory import CAPTURE_DECLINED, CARD, DECLINED_CARD, FLAKY, LOST_ANSWER
from services.payments.provider import HttpPaymentProvider
from services.payments.service import PaymentService
from services.payments.store import MongoPaymentStore
from services.shared.clock import SystemClock
from services.shared.errors import Unavailable
from services.shared.ids import SortableIds
from tests.payments.makers import ORIGIN, authorize, cancel, capture
from tests.support.payment_sandbox import SandboxProcess, running_sandbox

METHODS = (CARD, LOST_ANSWER, FLAKY, CAPTURE_DECLINED, DECLINED_CARD)
ORDERS = {f"order-{number}": METHODS[number % len(METHODS)] for number in range(30)}
CANCELLED = frozenset(list(ORDERS)[::2])
ENDS = {CARD: "CAPTURED", LOST_ANSWER: "CAPTURED", FLAKY: "CAPTURED", CAPTURE_DECLINED: "VOIDED"}
KINDS = {
    "CAPTURED": ["authorization", "capture"],
    "VOIDED": ["authorization", "void"],
    "REFUNDED": ["authorization", "capture", "refund"],
    "DECLINED": [],
}


async def test_a_sandbox_killed_on_the_way_charges_once(database: Database, tmp_path: Path) -> None:
    with running_sandbox(tmp_path / "book.jsonl") as sandbox:
        async with aiohttp.ClientSession() as session:
            payments = await service(database, session, sandbox)
            lives = [asyncio.create_task(life(payments, order)) for order in ORDERS]
            for _ in range(2):
                await some_charges(session, sandbox)
                sandbox.kill()
                sandbox.restart()
            await asyncio.gather(*lives)
            for payment in await payments.payments_of(list(ORDERS)):
                assert payment.status == expected(payment.order_id)
                assert kinds(await ledger(session, sandbox, payment.order_id)) == KINDS[payment.status]
            assert len(await payments.payments_of(list(ORDERS))) == len(ORDERS)


async def service(database: Database, session: aiohttp.ClientSession, sandbox: SandboxProcess) -> PaymentService:
    await Outbox(database).prepare()
    store = MongoPaymentStore(database)
    await store.prepare()
    provider = HttpPaymentProvider(session, PaymentsSettings(provider_url=sandbox.url))
    return PaymentService(store, provider, SystemClock(), SortableIds())


async def life(payments: PaymentService, order: str) -> None:
    """An order's payment, tried until it ends; some are cancelled, as are those declined."""
    try:
        await ended(lambda: payments.authorize_payment(authorize(order, method=ORDERS[order]), ORIGIN))
        await ended(lambda: payments.capture_payment(capture(order), ORIGIN))
    except PaymentDeclined:
        await ended(lambda: payments.cancel_payment(cancel(order), ORIGIN))
    if order in CANCELLED:
        await ended(lambda: payments.cancel_payment(cancel(order), ORIGIN))


async def ended(call: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await call()
        except Unavailable:
            continue
        return


async def some_charges(session: aiohttp.ClientSession, sandbox: SandboxProcess) -> None:
    """Returns once more was charged than before."""
    before = len(await ledger(session, sandbox))
    while len(await ledger(session, sandbox)) <= before:
        continue


async def ledger(session: aiohttp.ClientSession, sandbox: SandboxProcess, order: str = "") -> list[dict[str, str]]:
    params = {"order": order} if order else {}
    async with session.get(f"{sandbox.url}/ledger", params=params) as answer:
        rows: list[dict[str, str]] = await answer.json()
        return rows


def kinds(rows: list[dict[str, str]]) -> list[str]:
    assert max(Counter(row["kind"] for row in rows).values(), default=0) <= 1
    return [row["kind"] for row in rows]


def expected(order: str) -> str:
    end = ENDS.get(ORDERS[order], "DECLINED")
    return "REFUNDED" if end == "CAPTURED" and order in CANCELLED else end
