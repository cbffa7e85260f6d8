"""A stack of two servers beside three that were given: what `caravan up` promises, quick to try.

Given addresses start nothing; Redis and the mailbox are this stack's own.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cli.ready import Addresses, environment_of
from cli.stack.running import Running, launch, started
from tests.stack.processes import alive, family, is_there, until

GIVEN = ("CARAVAN_TEMPORAL__ADDRESS", "CARAVAN_KAFKA__BOOTSTRAP", "CARAVAN_MONGO__URL")
Start = Callable[[], Running]
STARTS_A_STACK = """
import sys
from pathlib import Path
from cli.stack.running import started

with started(Path(sys.argv[1]), "--only", "servers"):
    sys.stdin.read()
"""


def caravan(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    """The command, to its end."""
    command = [sys.executable, "-m", "cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def shared(servers: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests that leave it as usable as they found it."""
    given = {name: value for name, value in environment_of(servers).items() if name in GIVEN}
    with started(tmp_path_factory.mktemp("small"), "--only", "servers", environment=given) as running:
        yield running


@pytest.fixture
def start(servers: Addresses, tmp_path: Path) -> Iterator[Start]:
    """Starts a stack on the test's folder, again after it has ended; stopped in the end."""
    given = {name: value for name, value in environment_of(servers).items() if name in GIVEN}
    begun: list[Running] = []

    def start() -> Running:
        begun.append(launch(tmp_path / "data", "--only", "servers", environment=given))
        begun[-1].wait_until_ready()
        return begun[-1]

    yield start
    for running in begun:
        if running.process.poll() is None:
            running.stop()


def test_what_was_given_is_used_and_not_started(shared: Running, servers: Addresses) -> None:
    addresses = shared.addresses()
    assert set(addresses.pids) == {"redis", "mail"}
    assert (addresses.temporal, addresses.kafka, addresses.mongo) == (servers.temporal, servers.kafka, servers.mongo)
    assert addresses.redis != servers.redis


def test_a_killed_server_comes_back_on_its_port_with_its_data(shared: Running) -> None:
    before = shared.addresses()
    redis(before, "SET", "kept", "yes")
    os.kill(before.pids["redis"], signal.SIGKILL)
    until("the ready file names the new process", lambda: shared.addresses().pids["redis"] != before.pids["redis"])
    after = shared.addresses()
    assert after.redis == before.redis
    assert after.pids["mail"] == before.pids["mail"]
    assert redis(after, "GET", "kept") == "yes"
    assert "ended (killed by SIGKILL); starts again in 0.5 s" in shared.output.read_text()
    assert '"event": "down"' in (Path(after.logs) / "up.log").read_text()


def test_its_own_redis_has_bounded_room_and_puts_out_what_ends_soonest(shared: Running) -> None:
    told = redis(shared.addresses(), "INFO", "memory") or ""
    assert f"'maxmemory': {256 * 1024 * 1024}," in told
    assert "'maxmemory_policy': 'volatile-ttl'" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_in_time(start: Start, number: signal.Signals) -> None:
    running = start()
    pids = family(running.process.pid)
    assert len(pids) >= 3
    begun = time.monotonic()
    running.process.send_signal(number)
    # What a wrapper passes on a second time must not disturb the stop.
    running.process.send_signal(number)
    assert running.process.wait(20) == 0
    assert time.monotonic() - begun < 15
    assert alive(pids) == set()
    assert not running.ready.exists()


def test_no_one_survives_a_killed_parent_and_it_starts_again(start: Start) -> None:
    running = start()
    pids = family(running.process.pid)
    redis(running.addresses(), "SET", "kept", "yes")
    running.process.kill()
    running.process.wait()
    until("all are gone", lambda: not alive(pids), patience=5)
    assert redis(start().addresses(), "GET", "kept") == "yes"


def test_a_stack_that_a_program_started_ends_with_the_program(servers: Addresses, tmp_path: Path) -> None:
    given = {name: value for name, value in environment_of(servers).items() if name in GIVEN}
    data = tmp_path / "data"
    command, environment = [sys.executable, "-c", STARTS_A_STACK, str(data)], {**os.environ, **given}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as program:
        until("it is ready", (data / "ready.json").exists, patience=60)
        pids = family(program.pid) - {program.pid}
        assert len(pids) >= 3
        program.kill()
    until("all are gone", lambda: not alive(pids), patience=15)
    assert not (data / "ready.json").exists()


def test_a_second_up_on_the_same_folder_is_refused(shared: Running) -> None:
    before = shared.addresses()
    answer = caravan("up", "--ports", "free", "--data", shared.data)
    assert answer.returncode == 1
    assert f"already runs on {shared.data} (pid {shared.process.pid})" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert shared.addresses() == before
    assert alive(before.pids.values()) == set(before.pids.values())


def test_a_server_that_does_not_start_takes_all_others_with_it(servers: Addresses, tmp_path: Path) -> None:
    given = {name: value for name, value in environment_of(servers).items() if name in GIVEN}
    broken = tmp_path / "data" / "redis" / "appendonly.aof"
    broken.parent.mkdir(parents=True)
    broken.write_text("this is no append-only file")
    running = launch(tmp_path / "data", "--only", "servers", environment=given)
    assert running.process.wait(60) == 1
    said = running.output.read_text()
    assert "caravan: Redis ended while it started (exit code 1)" in said
    assert f"Its log: {tmp_path}/data/logs/redis.log" in said
    assert "Traceback" not in said
    assert not running.ready.exists()
    assert [
        one for one in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(one.info["cmdline"] or ())
    ] == []


def test_doctor_is_content_with_a_healthy_stack(shared: Running) -> None:
    answer = caravan("doctor", "--ready", shared.ready)
    assert answer.returncode == 0
    assert [line.split()[:2] for line in answer.stdout.splitlines()] == [
        ["well", name] for name in ("Temporal", "Kafka", "MongoDB", "Redis", "mail")
    ]


def test_doctor_finds_a_server_that_hangs_and_blames_no_other(shared: Running) -> None:
    assert_blamed(shared, "redis", "Redis")


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_doctor_finds_each_server_that_hangs_and_blames_no_other(tmp_path: Path) -> None:
    with started(tmp_path / "data", "--only", "servers") as running:
        for name, title in (("mongo", "MongoDB"), ("temporal", "Temporal"), ("kafka", "Kafka")):
            assert_blamed(running, name, title)


def assert_blamed(running: Running, name: str, title: str) -> None:
    """What is stopped is what the doctor finds wrong, and nothing else."""
    pid = running.addresses().pids[name]
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = caravan("doctor", "--ready", running.ready)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert answer.returncode == 1
    wrong = [line for line in answer.stdout.splitlines() if line.startswith("WRONG")]
    assert len(wrong) == 1
    assert title in wrong[0]
    assert f"process {pid} does not work" in wrong[0]
    assert f"logs/{name}.log" in wrong[0]


def test_doctor_finds_a_server_that_is_gone(start: Start, tmp_path: Path) -> None:
    running = start()
    left = tmp_path / "left.json"
    left.write_bytes(running.ready.read_bytes())
    pid = running.addresses().pids["mail"]
    assert running.stop() == 0
    assert not is_there(pid)
    answer = caravan("doctor", "--ready", left)
    assert answer.returncode == 1
    assert f"process {pid} is gone" in answer.stdout
    assert answer.stdout.count("WRONG") == 2


def redis(addresses: Addresses, *words: str) -> str | None:
    """One command to a stack's Redis."""
    from redis import Redis  # noqa: PLC0415 (the name is this function's)

    with Redis.from_url(addresses.redis, decode_responses=True) as client:
        answer = client.execute_command(*words)
        return None if answer is None else str(answer)
