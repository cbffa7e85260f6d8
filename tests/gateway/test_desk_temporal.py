"""Temporal's answers are those of the contract, and its absence is told in time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from gateway.temporal_sagas import TemporalSagas
from services.shared.errors import Unavailable
from tests.gateway.desk_contract import Desk, SagasContract, wish
from tests.gateway.shop import Shop
from tests.gateway.temporal import engine
from tests.gateway.world import RULES
from tests.support.mongo import free_port
from workflows.plugin import caravan_plugin

UI = "http://localhost:8233"


@pytest.fixture
async def shop() -> Shop:
    shop = Shop(RULES)
    await shop.stock_up()
    return shop


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[Client]:
    async with engine(shop) as client:
        yield client


class TestTemporalSagas(SagasContract):
    @pytest.fixture
    async def desk(self, client: Client, shop: Shop) -> Desk:
        return Desk(TemporalSagas(client, UI, answer_within=10), shop)

    async def test_a_run_has_its_page(self, desk: Desk) -> None:
        await desk.sagas.place_order(wish())
        view = await desk.sagas.describe("order/o1")
        assert view
        assert view.url == f"{UI}/namespaces/default/workflows/order%2Fo1/{view.run_id}/history"

    async def test_an_order_that_takes_long_is_told_in_time_and_stays_one(
        self, client: Client, shop: Shop, desk: Desk
    ) -> None:
        shop.watched["catalog"].faults["price_lines"] = Unavailable("database")
        with pytest.raises(Unavailable):
            await TemporalSagas(client, UI, answer_within=0.5).place_order(wish())
        shop.watched["catalog"].faults.clear()
        placement = await desk.sagas.place_order(wish(request_id="r2"))
        assert placement.request_id == "r1"


async def test_an_engine_that_is_away_is_told_in_time() -> None:
    client = await Client.connect(f"127.0.0.1:{free_port()}", plugins=[caravan_plugin()], lazy=True)
    sagas = TemporalSagas(client, UI, answer_within=1.0)
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable) as failure:
            await sagas.place_order(wish())
        with pytest.raises(Unavailable):
            await sagas.check()
    assert failure.value.dependency == "workflows"
