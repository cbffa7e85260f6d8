"""The sandbox's memory: what it answered it knows for ever, however it ended."""

import asyncio
import resource
import subprocess
from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.calls import Answer, Calls
from tests.support.payment_sandbox import ROOT, SandboxProcess, command

LARGEST_FILE = 1000
"""Bytes; room for some lines, not for six, as on a disk that is full."""


async def test_every_answer_survives_a_kill_under_load(sandbox: SandboxProcess) -> None:
    async with aiohttp.ClientSession(sandbox.url) as session:
        calls = Calls(session)
        answered: dict[str, Answer] = {}
        load = [asyncio.create_task(authorize_on(calls, worker, answered)) for worker in range(8)]
        while len(answered) < 100:
            await asyncio.wait(load, timeout=0.01)
        sandbox.kill()
        await asyncio.gather(*load)
        sandbox.restart()
        known = {row["idempotencyKey"]: row["reference"] for row in await calls.ledger()}
        assert len(answered) >= 100
        for key, answer in answered.items():
            assert known[key] == answer[1]["reference"]
            assert await calls.authorize(key, order=key) == answer
        assert len(await calls.ledger()) == len(known)


async def authorize_on(calls: Calls, worker: int, answered: dict[str, Answer]) -> None:
    """Authorises without end, until the sandbox is gone."""
    number = 0
    while True:
        number += 1
        key = f"w{worker}-{number}"
        try:
            answered[key] = await calls.authorize(key, order=key)
        except aiohttp.ClientError:
            return


async def test_all_that_it_decided_holds_after_a_restart(sandbox: SandboxProcess) -> None:
    async with aiohttp.ClientSession(sandbox.url) as session:
        calls = Calls(session)
        _, first = await calls.authorize("a")
        await calls.settle("/captures", "c", first["reference"])
        _, second = await calls.authorize("b", order="o2")
        await calls.void("v", second["reference"], "o2")
        await calls.authorize("d", method="pm_card_chargeDeclined")
        with pytest.raises(aiohttp.ClientConnectionError):
            await calls.authorize("lost", method="pm_sandbox_lostAnswer")
        before = await calls.ledger()
        sandbox.kill()
        sandbox.restart()
        assert await calls.ledger() == before
        assert (await calls.authorize("lost", method="pm_sandbox_lostAnswer"))[0] == 201
        assert (await calls.authorize("d", method="pm_card_chargeDeclined"))[0] == 402
        assert (await calls.authorize("d"))[0] == 422
        assert (await calls.settle("/captures", "again", first["reference"]))[1]["code"] == "not_capturable"
        assert (await calls.settle("/captures", "late", second["reference"], "o2"))[1]["code"] == "not_capturable"
        assert (await calls.settle("/refunds", "r", first["reference"]))[0] == 201
        assert (await calls.settle("/refunds", "more", first["reference"]))[0] == 402


@pytest.mark.parametrize("torn", [1, 20, 150])
async def test_a_line_cut_off_by_its_writers_death_is_dropped(sandbox: SandboxProcess, data: Path, torn: int) -> None:
    async with aiohttp.ClientSession(sandbox.url) as session:
        calls = Calls(session)
        _, whole = await calls.authorize("a")
        sandbox.kill()
        tear(data, torn)
        sandbox.restart()
        assert await calls.kinds() == ["authorization"]
        assert await calls.authorize("a") == (201, whole)
        assert (await calls.authorize("b"))[0] == 201
        sandbox.kill()
        sandbox.restart()
        assert await calls.kinds() == ["authorization", "authorization"]


def tear(data: Path, length: int) -> None:
    """Appends the beginning of another line."""
    line = data.read_bytes()
    data.write_bytes(line + line.replace(b'"a"', b'"b"')[:length])


async def test_what_cannot_be_written_whole_is_not_done(sandbox: SandboxProcess) -> None:
    limit_files(sandbox, LARGEST_FILE)
    async with aiohttp.ClientSession(sandbox.url) as session:
        calls = Calls(session)
        statuses = [(await calls.authorize(f"k{number}"))[0] for number in range(6)]
        done = statuses.count(201)
        assert 0 < done < 6
        assert statuses == [201] * done + [503] * (6 - done)
        assert len(await calls.ledger()) == done
        limit_files(sandbox, resource.RLIM_INFINITY)
        assert {(await calls.authorize(f"k{number}"))[0] for number in range(6)} == {201}
        sandbox.kill()
        sandbox.restart()
        assert [row["idempotencyKey"] for row in await calls.ledger()] == [f"k{number}" for number in range(6)]


def limit_files(sandbox: SandboxProcess, largest: int) -> None:
    """No file of the process grows beyond so many bytes from now on."""
    resource.prlimit(sandbox.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


@pytest.mark.usefixtures("sandbox")
def test_two_sandboxes_never_share_a_file(data: Path) -> None:
    second = subprocess.run(command(data), cwd=ROOT, capture_output=True, text=True, check=False, timeout=10)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "another payment sandbox uses this data file" in second.stderr


@pytest.mark.parametrize("content", ['{"key": "a"}\n', "[]\n", "a shopping list\n"])
def test_a_file_of_something_else_is_left_alone(data: Path, content: str) -> None:
    data.parent.mkdir()
    data.write_text(content)
    refused = subprocess.run(command(data), cwd=ROOT, capture_output=True, text=True, check=False, timeout=10)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "line 1" in refused.stderr
    assert data.read_text() == content


def test_a_taken_port_is_said_in_one_line(sandbox: SandboxProcess, tmp_path: Path) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    refused = subprocess.run(
        command(tmp_path / "other", port), cwd=ROOT, capture_output=True, text=True, check=False, timeout=10
    )
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert str(port) in refused.stderr


def test_it_ends_cleanly_when_asked_to(data: Path) -> None:
    assert SandboxProcess(data).stop() == 0
