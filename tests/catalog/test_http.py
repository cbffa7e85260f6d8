"""The catalogue over the internal HTTP: client and API together answer as the service does."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.catalog.api import router
from services.catalog.client import CatalogClient
from services.catalog.errors import SkuTaken
from services.catalog.memory import MemoryProductStore
from services.catalog.models import PriceLines, ProductQuery, RequestedLine, UpdateProduct
from services.catalog.ports import Catalog
from services.catalog.service import CatalogService
from services.infra.http import Caller
from services.shared.errors import Forbidden, Invalid, NotFound
from tests.catalog.makers import ORIGIN, a_wish, eur
from tests.support.doubles import CountingIds, StandingClock
from tests.support.http import serving
from tests.support.identity import OPS, OWNER, entry, line


@pytest.fixture
def service() -> Catalog:
    return CatalogService(MemoryProductStore(), StandingClock(), CountingIds())


@pytest.fixture
async def client(service: Catalog) -> AsyncIterator[Catalog]:
    async with serving(router(service, entry())) as address, aiohttp.ClientSession() as session:
        yield CatalogClient(Caller(line(session), address, "catalog", Catalog))


async def test_every_answer_arrives_as_it_was_given(client: Catalog, service: Catalog) -> None:
    made = await client.create_product(a_wish(), ORIGIN)
    assert (made,) == await service.products_by_id(["p1"])
    await client.create_product(a_wish("p2", "ROPE"), ORIGIN)
    assert await client.products_by_id(["p1", "p9"]) == (made,)
    assert await client.products_by_sku(["LAMP"]) == (made,)
    query = ProductQuery(first=1, category="Lamps")
    assert await client.list_products(query) == await service.list_products(query)
    assert await client.count_products(query) == await service.count_products(query) == 2
    patch = UpdateProduct(product_id="p2", price=eur(5), categories=())
    changed = await client.update_product(patch, OPS, ORIGIN)
    assert (changed,) == await service.products_by_id(["p2"])
    assert changed.price == eur(5)
    lines = PriceLines(lines=(RequestedLine(sku="ROPE", quantity=3),))
    assert await client.price_lines(lines) == await service.price_lines(lines)
    archived = await client.archive_product("p2", OPS, ORIGIN)
    assert (archived,) == await service.products_by_id(["p2"])
    assert not archived.active


async def test_every_refusal_arrives_as_it_was_raised(client: Catalog, service: Catalog) -> None:
    await client.create_product(a_wish(), ORIGIN)
    with pytest.raises(SkuTaken) as taken:
        await client.create_product(a_wish("p2"), ORIGIN)
    assert taken.value.problems[0].path == ("sku",)
    with pytest.raises(Invalid) as invalid:
        await client.list_products(ProductQuery(first=0))
    assert invalid.value.problems[0].path == ("first",)
    with pytest.raises(Forbidden):
        await client.archive_product("p1", OWNER, ORIGIN)
    lines = PriceLines(lines=(RequestedLine(sku="A", quantity=1), RequestedLine(sku="B", quantity=1)))
    with pytest.raises(NotFound) as here:
        await service.price_lines(lines)
    with pytest.raises(NotFound) as there:
        await client.price_lines(lines)
    assert there.value.problems == here.value.problems
    assert len(there.value.problems) == 2
