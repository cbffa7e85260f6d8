"""Payments over the internal HTTP: client and API together answer as the service does."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.infra.http import Caller
from services.infra.identity.callers import Identity
from services.payments.api import router
from services.payments.client import PaymentsClient
from services.payments.errors import PaymentDeclined
from services.payments.memory import DECLINED_CARD, FLAKY
from services.payments.models import PaymentStatus
from services.payments.ports import Payments
from services.shared.errors import Conflict, IdempotencyMismatch, Unauthenticated, Unavailable
from services.shared.money import Money
from tests.payments.makers import ORIGIN, authorize, cancel, capture
from tests.payments.world import World
from tests.support.http import serving
from tests.support.identity import ADMIN, IDENTITY, NOBODY, OPS, OTHER, OWNER, STRANGER, entry, line


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with serving(router(world.undisturbed(), entry())) as address:
        yield address


def client(session: aiohttp.ClientSession, address: str, identity: Identity = IDENTITY) -> Payments:
    return PaymentsClient(Caller(line(session, identity), address, "payments", Payments))


async def test_payments_arrive_as_the_service_has_them(
    session: aiohttp.ClientSession, address: str, world: World
) -> None:
    payments = client(session, address)
    authorized = await payments.authorize_payment(authorize(), ORIGIN)
    assert authorized == await world.payment()
    captured = await payments.capture_payment(capture(), ORIGIN)
    assert captured.status is PaymentStatus.CAPTURED
    assert await payments.payments_of(["o1", "o9"]) == (captured,)
    refunded = await payments.cancel_payment(cancel(), ORIGIN)
    assert refunded == await world.payment()
    assert await payments.cancel_payment(cancel("o2"), ORIGIN) is None
    assert [event.origin for event in world.store.events] == [ORIGIN] * 3


async def test_failures_arrive_as_they_were_raised(session: aiohttp.ClientSession, address: str) -> None:
    payments = client(session, address)
    with pytest.raises(PaymentDeclined, match="the card was declined"):
        await payments.authorize_payment(authorize(method=DECLINED_CARD), ORIGIN)
    with pytest.raises(IdempotencyMismatch):
        await payments.authorize_payment(authorize(amount=Money(minor=1, currency="EUR")), ORIGIN)
    with pytest.raises(Conflict):
        await payments.capture_payment(capture("o2"), ORIGIN)
    with pytest.raises(Unavailable):
        await payments.authorize_payment(authorize("o3", method=FLAKY), ORIGIN)


async def test_an_unknown_caller_is_answered_nothing(session: aiohttp.ClientSession, address: str) -> None:
    with pytest.raises(Unavailable):
        await client(session, address, STRANGER).payments_of(["o1"])


async def test_a_payment_is_shown_to_who_pays_and_to_ops(session: aiohttp.ClientSession, address: str) -> None:
    payments = client(session, address)
    paid = await payments.authorize_payment(authorize(customer_id=OWNER.user_id), ORIGIN)
    for actor, seen in ((OWNER, (paid,)), (OPS, (paid,)), (ADMIN, (paid,)), (OTHER, ())):
        assert await payments.visible_payments(["o1", "o9"], actor) == seen
    with pytest.raises(Unauthenticated):
        await payments.visible_payments(["o1"], NOBODY)


async def test_a_payment_of_before_customers_were_known_is_shown_to_ops_alone(
    session: aiohttp.ClientSession, address: str
) -> None:
    payments = client(session, address)
    paid = await payments.authorize_payment(authorize(customer_id=""), ORIGIN)
    assert await payments.visible_payments(["o1"], OWNER) == ()
    assert await payments.visible_payments(["o1"], OPS) == (paid,)
