"""The whole stack: what the ready file names is there and of use, comes back when killed, and goes on with its data."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pymongo import AsyncMongoClient
from temporalio.client import Client, WorkflowExecutionStatus

from cli.ready import Addresses
from cli.stack.running import Running, launch
from tests.stack.processes import alive, family, until
from tests.stack.test_small_stack import caravan, redis
from tests.support.stack import Stack

PARTS = {"temporal", "kafka", "mongo", "redis", "mail", "paymentSandbox", "services", "gateway"}
INSIDE = {"topics", "outboxes", "consumers", "dead letters", "schedules", "lanes"}
"""What services keep inside of servers and do with it, and the doctor looks at as well."""

OUR_OWN = ("up", "mail", "paymentSandbox", "services", "gateway")
"""Those whose logs are JSON lines."""
LOCAL = {"127.0.0.1", "::ffff:127.0.0.1"}
TOPIC = "caravan.test.kept"
WORKFLOW = "test/kept"


def test_every_part_runs_and_proves_itself(stack: Stack) -> None:
    pids = stack.addresses().pids
    assert set(pids) == PARTS
    assert alive(pids.values()) == set(pids.values())
    answer = caravan("doctor", "--ready", stack.ready)
    assert [line.split()[0] for line in answer.stdout.splitlines()] == ["well"] * len(PARTS | INSIDE)
    assert answer.returncode == 0


async def test_its_pages_answer(stack: Stack) -> None:
    addresses = stack.addresses()
    async with aiohttp.ClientSession() as http:
        async with http.post(addresses.graphql, json={"query": "{ __typename }"}) as answer:
            assert (await answer.json())["data"] == {"__typename": "Query"}
        for page in (addresses.temporal_ui, f"{addresses.gateway}/healthz", f"{addresses.payment_sandbox}/ledger"):
            async with http.get(page) as answer:
                assert answer.status == 200, page


def test_nothing_listens_to_the_network(stack: Stack) -> None:
    listening = {
        connection.laddr.ip
        for pid in family(stack.process.pid)
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr
    }
    assert listening
    assert listening <= LOCAL


def test_each_child_has_its_log_and_ours_are_json_lines(stack: Stack) -> None:
    logs = Path(stack.addresses().logs)
    assert {path.stem for path in logs.iterdir()} >= PARTS | {"up"}
    for name in OUR_OWN:
        for line in (logs / f"{name}.log").read_text().splitlines():
            assert isinstance(json.loads(line), dict)


@pytest.mark.timeout(300)
def test_all_that_are_killed_at_once_come_back_where_they_were(stack: Stack) -> None:
    before = stack.addresses()
    killed = ("temporal", "kafka", "mongo", "services")
    for name in killed:
        os.kill(before.pids[name], signal.SIGKILL)

    def all_new() -> bool:
        return all(stack.addresses().pids.get(name, 0) not in {0, before.pids[name]} for name in killed)

    until("all have new processes", all_new, patience=200)
    after = stack.addresses()
    assert {**vars_of(after), "pids": None} == {**vars_of(before), "pids": None}
    until("all are well", lambda: caravan("doctor", "--ready", stack.ready).returncode == 0, patience=90)


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_it_goes_on_with_its_data_after_a_stop_and_after_a_kill(tmp_path: Path) -> None:
    running = ready(tmp_path)
    pids = family(running.process.pid)
    asyncio.run(leave(running.addresses()))
    redis(running.addresses(), "SET", "kept", "yes")

    begun = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - begun < 15
    assert alive(pids) == set()
    stopped = [json.loads(line) for line in (tmp_path / "logs" / "up.log").read_text().splitlines()]
    order = [entry["part"] for entry in stopped if entry["event"] == "stopped"]
    assert order[:3] == ["gateway", "services", "paymentSandbox"]
    assert set(order[3:]) == PARTS - set(order[:3])

    running = ready(tmp_path)
    asyncio.run(find(running.addresses()))
    pids = family(running.process.pid)
    assert set(running.addresses().pids.values()) < pids
    running.process.kill()
    running.process.wait()
    until("no child is left", lambda: not alive(pids), patience=8)

    running = ready(tmp_path)
    asyncio.run(find(running.addresses()))
    assert redis(running.addresses(), "GET", "kept") == "yes"
    assert running.stop() == 0


def ready(data: Path) -> Running:
    """A stack on this folder, ready."""
    running = launch(data)
    try:
        running.wait_until_ready()
    except BaseException:
        running.process.terminate()
        raise
    return running


async def leave(at: Addresses) -> None:
    """Something in every server that keeps things."""
    client = await Client.connect(at.temporal)
    await client.start_workflow("Kept", id=WORKFLOW, task_queue="nobody")
    async with AsyncMongoClient[dict[str, object]](at.mongo) as mongo:
        await mongo.kept.things.insert_one({"_id": "kept"})
    producer = AIOKafkaProducer(bootstrap_servers=at.kafka)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, b"kept", partition=0)
    finally:
        await producer.stop()


async def find(at: Addresses) -> None:
    """What `leave` has left is there."""
    client = await Client.connect(at.temporal)
    described = await client.get_workflow_handle(WORKFLOW).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    async with AsyncMongoClient[dict[str, object]](at.mongo) as mongo:
        assert await mongo.kept.things.find_one() == {"_id": "kept"}
    consumer = AIOKafkaConsumer(bootstrap_servers=at.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        place = TopicPartition(TOPIC, 0)
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        assert (await consumer.getone(place)).value == b"kept"
    finally:
        await consumer.stop()


def vars_of(addresses: Addresses) -> dict[str, object]:
    return {name: getattr(addresses, name) for name in Addresses.__slots__}
