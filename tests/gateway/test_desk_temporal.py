"""Temporal's answers are those of the contract, and its absence is told in time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from gateway.temporal_sagas import TemporalSagas
from services.shared.errors import Unavailable
from tests.gateway.desk_contract import Desk, SagasContract, wish
from tests.support.mongo import free_port
from tests.workflows.faults import Fault
from tests.workflows.lab import laboratory
from workflows.plugin import caravan_plugin

UI = "http://localhost:8233"


class TestTemporalSagas(SagasContract):
    @pytest.fixture
    async def desk(self) -> AsyncIterator[Desk]:
        async with laboratory() as lab:
            yield Desk(TemporalSagas(lab.client, UI, answer_within=10), lab.shop)

    async def test_a_run_has_its_page(self, desk: Desk) -> None:
        await desk.sagas.place_order(wish())
        view = await desk.sagas.describe("order/o1")
        assert view
        assert view.url == f"{UI}/namespaces/default/workflows/order%2Fo1/{view.run_id}/history"

    async def test_a_service_that_is_away_is_told_in_time_and_the_key_makes_one_order_later(self, desk: Desk) -> None:
        desk.shop.script.plan("catalog.price_lines", Fault(hangs=True, times=1))
        assert isinstance(desk.sagas, TemporalSagas)
        hurried = TemporalSagas(desk.sagas._client, UI, answer_within=0.5)
        with pytest.raises(Unavailable):
            await hurried.place_order(wish())


async def test_an_engine_that_is_away_is_told_in_time() -> None:
    client = await Client.connect(f"127.0.0.1:{free_port()}", plugins=[caravan_plugin()], lazy=True)
    sagas = TemporalSagas(client, UI, answer_within=1.0)
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable) as failure:
            await sagas.place_order(wish())
        with pytest.raises(Unavailable):
            await sagas.check()
    assert failure.value.dependency == "workflows"
