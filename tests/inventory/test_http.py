"""Inventory over the internal HTTP: client and API together answer as the service does."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from services.infra.http import Caller
from services.inventory.api import router
from services.inventory.client import InventoryClient
from services.inventory.errors import HoldExpired, OutOfStock
from services.inventory.memory import MemoryStockStore
from services.inventory.models import AdjustmentQuery, ExpiredHolds, OpenStock
from services.inventory.ports import Inventory
from services.shared.errors import Conflict, Invalid, NotFound, Refused
from tests.inventory.makers import ORIGIN, TTL, a_hold, a_service, an_adjustment, opened
from tests.support.doubles import StandingClock
from tests.support.http import serving
from tests.support.identity import OPS, entry, line


@pytest.fixture
def store() -> MemoryStockStore:
    return MemoryStockStore()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def service(store: MemoryStockStore, clock: StandingClock) -> Inventory:
    return await opened(a_service(store, clock), LAMP=10)


@pytest.fixture
async def client(service: Inventory) -> AsyncIterator[Inventory]:
    async with serving(router(service, entry())) as address, aiohttp.ClientSession() as session:
        yield InventoryClient(Caller(line(session), address, "inventory", Inventory))


async def test_every_answer_arrives_as_it_was_given(
    client: Inventory, service: Inventory, store: MemoryStockStore, clock: StandingClock
) -> None:
    opening = await client.open_stock(OpenStock(sku="SOAP", quantity=4), ORIGIN)
    assert opening == (await service.stock_of(["SOAP"]))[0]
    assert await client.adjust_stock(an_adjustment("a1", "SOAP", 2), OPS, ORIGIN) == store.stock["SOAP"]
    ledger = AdjustmentQuery(sku="SOAP", first=1)
    assert await client.stock_adjustments(ledger, OPS) == await service.stock_adjustments(ledger, OPS)
    held = await client.hold_stock(a_hold("o1", LAMP=2, SOAP=1), ORIGIN)
    assert held == store.reservations["o1"].reservation
    assert await client.commit_hold("o1", ORIGIN) == store.reservations["o1"].reservation
    assert await client.release_hold("o1", ORIGIN) == store.reservations["o1"].reservation
    assert set(await client.stock_of(["LAMP", "SOAP", "GLUE"])) == set(store.stock.values())
    await client.hold_stock(a_hold("o2", LAMP=2), ORIGIN)
    clock.advance(timedelta(seconds=TTL))
    assert await client.expire_holds(10, ORIGIN) == ExpiredHolds(count=1, more=False)
    assert {event.origin for event in store.events[1:-1]} == {ORIGIN}


async def test_every_refusal_arrives_as_it_was_raised(client: Inventory, service: Inventory) -> None:
    with pytest.raises(OutOfStock) as here:
        await service.hold_stock(a_hold("o1", LAMP=11, SOAP=1), ORIGIN)
    with pytest.raises(OutOfStock) as there:
        await client.hold_stock(a_hold("o1", LAMP=11, SOAP=1), ORIGIN)
    assert there.value.problems == here.value.problems
    assert len(there.value.problems) == 2


async def test_each_kind_of_refusal_keeps_its_kind(client: Inventory) -> None:
    async def refusal(asked: object) -> tuple[type[Refused], tuple[str, ...] | None]:
        with pytest.raises(Refused) as refused:
            await asked  # type: ignore[misc]
        return type(refused.value), refused.value.problems[0].path

    assert await refusal(client.commit_hold("o9", ORIGIN)) == (HoldExpired, None)
    assert await refusal(client.hold_stock(a_hold("", LAMP=1), ORIGIN)) == (Invalid, ("orderId",))
    assert await refusal(client.adjust_stock(an_adjustment("a", "GLUE", 1), OPS, ORIGIN)) == (NotFound, ("sku",))
    assert await refusal(client.adjust_stock(an_adjustment("a", "LAMP", -11), OPS, ORIGIN)) == (Conflict, ("delta",))
