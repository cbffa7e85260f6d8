"""Temporal's answers are those of the contract, on a real server; and its absence is told in time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest
from temporalio.client import Client

from gateway.ports import RunQuery, WorkflowStatus
from gateway.temporal_runs import Runs
from gateway.temporal_sagas import TemporalSagas
from services.catalog.models import RequestedLine
from services.orders.models import OrderStatus
from services.shared.clock import SystemClock
from services.shared.errors import NotFound, Unavailable
from tests.gateway.desk_contract import Desk, SagasContract
from tests.gateway.shop import Shop
from tests.gateway.temporal import engine, server
from tests.gateway.world import RULES
from tests.support.mongo import free_port
from workflows.plugin import caravan_plugin

UI = "http://localhost:8233"
NUMBERS = count(1)
MANY = 360
ALL = "WorkflowType = 'Many'"
ENDED = "WorkflowType = 'Many' AND ExecutionStatus = 'Terminated'"


def sagas_on(client: Client, answer_within: float) -> TemporalSagas:
    runs = Runs(client, UI, answer_within, SystemClock())
    return TemporalSagas(client, runs, answer_within, placements_at_once=16)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as address:
        yield address


@pytest.fixture
async def shop() -> Shop:
    shop = Shop(RULES)
    await shop.stock_up()
    return shop


@pytest.fixture
async def client(address: str, shop: Shop) -> AsyncIterator[Client]:
    async with engine(address, shop) as client:
        yield client


class TestTemporalSagas(SagasContract):
    @pytest.fixture
    async def desk(self, client: Client, shop: Shop) -> Desk:
        async def terminate(order_id: str) -> None:
            await client.get_workflow_handle(f"order/{order_id}").terminate("a test")

        sagas = sagas_on(client, 10)
        return Desk(sagas, shop, f"o{next(NUMBERS)}", terminate)

    async def test_a_run_has_its_page(self, desk: Desk) -> None:
        await desk.sagas.place_order(desk.wish())
        view = await desk.sagas.describe(desk.workflow_id)
        assert view
        assert view.url == f"{UI}/namespaces/default/workflows/order%2F{desk.order_id}/{view.run_id}/history"

    async def test_a_refused_request_is_one_run_and_repeats_at_once_are_few(self, desk: Desk) -> None:
        desk.shop.archive("pen")
        with pytest.raises(NotFound):
            await desk.sagas.place_order(desk.wish())
        assert desk.shop.watched["catalog"].calls["price_lines"] == 1
        outcomes = await asyncio.gather(
            *(desk.sagas.place_order(desk.wish(request_id=f"q{n}")) for n in range(20)), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {NotFound}
        assert 2 <= desk.shop.watched["catalog"].calls["price_lines"] <= 5
        assert await desk.shop.order(desk.order_id) is None

    async def test_an_operator_brings_a_terminated_order_back_with_its_input(self, client: Client, desk: Desk) -> None:
        desk.shop.provider.slow = 0.5
        wish = desk.wish(payment_method="pm_sandbox_slow")
        await desk.sagas.place_order(wish)
        await desk.terminate(desk.order_id)
        await client.start_workflow("PlaceOrder", wish, id=desk.workflow_id, task_queue="orders")
        await desk.until(OrderStatus.CONFIRMED)
        assert not await desk.sagas.revive_order(wish)
        assert desk.shop.movements() == ["authorization", "capture"]

    async def test_an_order_that_takes_long_is_told_in_time_and_stays_one(self, client: Client, desk: Desk) -> None:
        desk.shop.watched["catalog"].faults["price_lines"] = Unavailable("database")
        with pytest.raises(Unavailable):
            await sagas_on(client, 0.5).place_order(desk.wish())
        desk.shop.watched["catalog"].faults.clear()
        placement = await desk.sagas.place_order(desk.wish(request_id="r2"))
        assert placement.request_id == "r1"


async def test_without_workers_a_run_is_described_and_its_steps_are_missed_in_time(address: str, shop: Shop) -> None:
    async with engine(address, shop) as client:
        sagas = sagas_on(client, 10)
        desk = Desk(sagas, shop, f"o{next(NUMBERS)}", nobody)
        await sagas.place_order(desk.wish(lines=(RequestedLine(sku="ink", quantity=101),)))
        await desk.until_closed()
    hasty = sagas_on(client, 2.0)
    async with asyncio.timeout(2):
        view = await hasty.describe(desk.workflow_id)
        assert view
        assert view.status is WorkflowStatus.COMPLETED
        with pytest.raises(Unavailable):
            await hasty.steps(view)


async def test_a_page_is_found_among_many_runs(desk_of_many: tuple[TemporalSagas, list[str]]) -> None:
    sagas, newest = desk_of_many
    found: list[str] = []
    after = None
    for _ in range(4):
        page = await sagas.list_runs(RunQuery(first=100, after=after, type="Many"))
        found += [edge.node.id for edge in page.edges]
        after = page.edges[-1].cursor
        assert page.has_next is (len(found) < len(newest))
    assert found == newest


@pytest.fixture
async def desk_of_many(client: Client) -> tuple[TemporalSagas, list[str]]:
    """Runs that no worker takes, more than are read at once, every third of them ended; their ids, newest first."""
    for start in range(0, MANY, 20):
        await asyncio.gather(*(start_one(client, number) for number in range(start, start + 20)))
    async with asyncio.timeout(30):
        while [(await client.count_workflows(query)).count for query in (ALL, ENDED)] != [MANY, MANY // 3]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    runs = [run async for run in client.list_workflows(ALL)]
    runs.sort(key=lambda run: (run.start_time, run.run_id), reverse=True)
    return sagas_on(client, 10), [run.id for run in runs]


async def start_one(client: Client, number: int) -> None:
    handle = await client.start_workflow("Many", id=f"many/{number}", task_queue="nobody")
    if number % 3 == 0:
        await handle.terminate("a test")


async def nobody(order_id: str) -> None:
    raise AssertionError(order_id)


async def test_an_engine_that_is_away_is_told_in_time() -> None:
    client = await Client.connect(f"127.0.0.1:{free_port()}", plugins=[caravan_plugin()], lazy=True)
    sagas = sagas_on(client, 1.0)
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable) as failure:
            await sagas.place_order(Desk(sagas, Shop(RULES), "o1", nobody).wish())
        with pytest.raises(Unavailable):
            await sagas.check()
    assert failure.value.dependency == "workflows"
