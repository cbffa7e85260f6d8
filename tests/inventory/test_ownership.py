"""Who may change stock and read its ledger, over the internal HTTP: OPS alone; a refusal changes nothing."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.infra.http import Caller
from services.inventory.api import router
from services.inventory.client import InventoryClient
from services.inventory.memory import MemoryStockStore
from services.inventory.models import AdjustmentQuery
from services.inventory.ports import Inventory
from services.shared.actors import Actor
from services.shared.errors import Forbidden, Refused, Unauthenticated
from tests.inventory.makers import ORIGIN, a_service, an_adjustment, opened
from tests.support.doubles import StandingClock
from tests.support.http import serving
from tests.support.identity import ADMIN, NOBODY, OPS, OTHER, entry, line

REFUSED = [(NOBODY, Unauthenticated), (OTHER, Forbidden)]


@pytest.fixture
def store() -> MemoryStockStore:
    return MemoryStockStore()


@pytest.fixture
async def client(store: MemoryStockStore) -> AsyncIterator[Inventory]:
    service = await opened(a_service(store, StandingClock()), LAMP=10)
    async with serving(router(service, entry())) as address, aiohttp.ClientSession() as session:
        yield InventoryClient(Caller(line(session), address, "inventory", Inventory))


@pytest.mark.parametrize(("actor", "refusal"), REFUSED)
async def test_stock_is_not_for_everybody_to_change(
    client: Inventory, store: MemoryStockStore, actor: Actor, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        await client.adjust_stock(an_adjustment("a1", "LAMP", 2), actor, ORIGIN)
    with pytest.raises(refusal):
        await client.stock_adjustments(AdjustmentQuery(sku="LAMP"), actor)
    assert store.stock["LAMP"].on_hand == 10


@pytest.mark.parametrize("actor", [OPS, ADMIN])
async def test_ops_changes_it(client: Inventory, store: MemoryStockStore, actor: Actor) -> None:
    await client.adjust_stock(an_adjustment("a1", "LAMP", 2), actor, ORIGIN)
    assert store.stock["LAMP"].on_hand == 12
