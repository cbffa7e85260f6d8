"""A process starts when it can, says what is missing, survives its servers, and ends when it is told to."""

import asyncio
import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable

from services.catalog.models import CreateProduct
from services.shared.money import Money
from tests.infra.mongo_node import MongoNode
from tests.workers.temporal_node import TemporalNode
from tests.workers.worker_process import WorkerProcess
from workflows.expire_reservations import ExpireReservations
from workflows.launch_product import LaunchProduct
from workflows.messages import ExpireReservationsInput, LaunchProductInput, LaunchProductResult
from workflows.names import CATALOG_QUEUE, INVENTORY_QUEUE, product_workflow_id

Start = Callable[..., WorkerProcess]


async def sweep(node: TemporalNode, workflow_id: str) -> int:
    """Has one workflow run from end to end; answers how many holds it released."""
    client = await node.client()
    wish = ExpireReservationsInput()
    result = await client.execute_workflow(ExpireReservations.run, wish, id=workflow_id, task_queue=INVENTORY_QUEUE)
    return result.count


def test_it_gets_ready_without_kafka_and_ends_well(
    start: Start, mongo_node: MongoNode, temporal_node: TemporalNode
) -> None:
    process = start("all", mongo=mongo_node.url, temporal=temporal_node.address)
    process.until(200, "kafka")
    with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/metrics", timeout=10) as answer:
        assert b"caravan_outbox_waiting" in answer.read()
    assert process.stop() == 0
    assert [line["event"] for line in process.lines()][-1] == "stopped"


def test_it_waits_for_its_servers_and_can_be_stopped_while_it_waits(start: Start) -> None:
    process = start("all")
    process.until(503, "mongo", "temporal", "kafka")
    assert process.stop() == 0
    assert any(line["event"] == "waiting" and line["missing"] == "database" for line in process.lines())


def test_servers_may_go_and_come_back_while_it_runs(
    start: Start, mongo_node: MongoNode, temporal_node: TemporalNode
) -> None:
    process = start("all", mongo=mongo_node.url, temporal=temporal_node.address)
    process.until(200, "kafka")
    temporal_node.kill()
    mongo_node.kill()
    process.until(503, "mongo", "temporal", "kafka")
    mongo_node.start()
    process.until(503, "temporal", "kafka")
    temporal_node.start()
    process.until(200, "kafka")
    assert asyncio.run(asyncio.wait_for(sweep(temporal_node, "sweep-after"), 60)) == 0
    assert process.stop() == 0


def test_it_ends_in_time_when_its_servers_are_away(
    start: Start, mongo_node: MongoNode, temporal_node: TemporalNode
) -> None:
    process = start("all", mongo=mongo_node.url, temporal=temporal_node.address)
    process.until(200, "kafka")
    temporal_node.kill()
    mongo_node.kill()
    try:
        assert process.stop() == 0
    finally:
        mongo_node.start()
        temporal_node.start()


def test_it_ends_in_time_when_its_database_hangs(
    start: Start, mongo_node: MongoNode, temporal_node: TemporalNode
) -> None:
    process = start("all", mongo=mongo_node.url, temporal=temporal_node.address)
    process.until(200, "kafka")
    mongo_node.freeze()
    try:
        process.until(503, "mongo", "kafka")
        assert process.stop() in {0, 1}, "1 when a driver's thread had to be left behind"
    finally:
        mongo_node.kill()
        mongo_node.start()


def test_two_services_in_two_processes_work_together(
    start: Start, mongo_node: MongoNode, temporal_node: TemporalNode
) -> None:
    for name in ("catalog", "inventory"):
        start(name, mongo=mongo_node.url, temporal=temporal_node.address).until(200, "kafka")

    async def launch() -> LaunchProductResult:
        client = await temporal_node.client()
        product = CreateProduct(
            product_id="p1",
            sku="TEA-1",
            name="Tea",
            description="Green",
            categories=("tea",),
            price=Money(minor=499, currency="EUR"),
        )
        return await client.execute_workflow(
            LaunchProduct.run,
            LaunchProductInput(product=product, initial_stock=7, colocated=("catalog",)),
            id=product_workflow_id("p1"),
            task_queue=CATALOG_QUEUE,
        )

    launched = asyncio.run(asyncio.wait_for(launch(), 60))
    assert (launched.product.sku, launched.stock.available) == ("TEA-1", 7)


def test_a_taken_port_is_one_clear_line(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("all", port=taken.getsockname()[1])
        assert process.ended() == 1
    [line] = process.lines()
    assert line["event"] == "cannot listen"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workers", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_wrong_name_is_told_with_the_right_ones() -> None:
    ended = run("catalogue")
    assert ended.returncode == 2
    assert "catalog, deadletters, inventory, notifications, orders, payments, recommendations, users" in ended.stderr


def test_production_with_a_default_secret_does_not_start() -> None:
    ended = run("all", CARAVAN_PROFILE="production")
    assert ended.returncode == 1
    assert "CARAVAN_IDENTITY__PRIVATE_KEY" in ended.stderr
    assert "vD8kXoGZPEjr" not in ended.stderr


def test_a_wrong_setting_is_named_without_its_value() -> None:
    ended = run("all", CARAVAN_SERVICES=json.dumps({"port": "secret"}))
    assert ended.returncode == 1
    assert "CARAVAN_SERVICES__PORT" in ended.stderr
    assert "secret" not in ended.stderr
