"""Orders over the internal HTTP: client and API together answer as the service does."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.infra.http import Caller
from services.infra.identity.callers import Identity
from services.orders.api import router
from services.orders.client import OrdersClient
from services.orders.memory import MemoryOrderStore
from services.orders.models import AdvanceOrder, OrderQuery, OrderStatus
from services.orders.ports import Orders
from services.orders.service import OrderService
from services.shared.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from tests.orders.makers import MOMENT, ORIGIN, REASON, a_wish
from tests.support.doubles import CountingIds, StandingClock
from tests.support.http import serving
from tests.support.identity import ADMIN, IDENTITY, NOBODY, OPS, OTHER, OWNER, STRANGER, entry, line


@pytest.fixture
def service() -> OrderService:
    return OrderService(MemoryOrderStore(), StandingClock(MOMENT), CountingIds())


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def address(service: OrderService) -> AsyncIterator[str]:
    async with serving(router(service, entry())) as address:
        yield address


def client(session: aiohttp.ClientSession, address: str, identity: Identity = IDENTITY) -> Orders:
    return OrdersClient(Caller(line(session, identity), address, "orders", Orders))


async def test_orders_arrive_as_the_service_has_them(
    session: aiohttp.ClientSession, address: str, service: OrderService
) -> None:
    orders = client(session, address)
    placed = await orders.record_order(a_wish(), ORIGIN)
    assert await service.orders_by_id(["o1"]) == (placed,)
    wish = AdvanceOrder(order_id="o1", status=OrderStatus.REJECTED, reason=REASON)
    rejected = await orders.advance_order(wish, ORIGIN)
    assert (rejected.status, rejected.reason) == (OrderStatus.REJECTED, REASON)
    assert await orders.orders_by_id(["o1", "o9"]) == (rejected,) == await service.orders_by_id(["o1"])
    query = OrderQuery(first=5, customer_id="c1", status=OrderStatus.REJECTED)
    page = await orders.list_orders(query, OPS)
    assert page == await service.list_orders(query, OPS)
    assert [edge.node for edge in page.edges] == [rejected]


async def test_refusals_arrive_as_they_were_raised(session: aiohttp.ClientSession, address: str) -> None:
    orders = client(session, address)
    with pytest.raises(NotFound):
        await orders.advance_order(AdvanceOrder(order_id="o1", status=OrderStatus.RESERVED), ORIGIN)
    await orders.record_order(a_wish(), ORIGIN)
    with pytest.raises(IdempotencyMismatch):
        await orders.record_order(a_wish(fingerprint="other"), ORIGIN)
    with pytest.raises(Conflict, match=r"PLACED.*DELIVERED"):
        await orders.advance_order(AdvanceOrder(order_id="o1", status=OrderStatus.DELIVERED), ORIGIN)
    with pytest.raises(Invalid) as invalid:
        await orders.list_orders(OrderQuery(first=0), OPS)
    assert invalid.value.problems[0].path == ("first",)


async def test_an_unknown_caller_is_answered_nothing(session: aiohttp.ClientSession, address: str) -> None:
    with pytest.raises(Unavailable):
        await client(session, address, STRANGER).orders_by_id(["o1"])


class TestWhoseOrders:
    @pytest.fixture
    async def orders(self, session: aiohttp.ClientSession, address: str) -> Orders:
        orders = client(session, address)
        await orders.record_order(a_wish("o1", customer=OWNER.user_id), ORIGIN)
        return orders

    async def test_an_order_is_shown_to_its_owner_and_to_ops(self, orders: Orders) -> None:
        for actor, seen in ((OWNER, ["o1"]), (OPS, ["o1"]), (ADMIN, ["o1"]), (OTHER, [])):
            assert [order.id for order in await orders.visible_orders(["o1", "o9"], actor)] == seen

    async def test_only_ops_lists_the_orders_of_others(self, orders: Orders) -> None:
        own, all_of_them = OrderQuery(customer_id=OWNER.user_id), OrderQuery()
        for query, actor in ((own, OWNER), (own, OPS), (all_of_them, OPS)):
            assert [edge.node.id for edge in (await orders.list_orders(query, actor)).edges] == ["o1"]
        for query, actor in ((own, OTHER), (all_of_them, OTHER), (all_of_them, OWNER)):
            with pytest.raises(Forbidden):
                await orders.list_orders(query, actor)

    async def test_who_proves_nothing_sees_nothing(self, orders: Orders) -> None:
        with pytest.raises(Unauthenticated):
            await orders.visible_orders(["o1"], NOBODY)
        with pytest.raises(Unauthenticated):
            await orders.list_orders(OrderQuery(customer_id=NOBODY.user_id), NOBODY)
