"""Waiting for what is away, and running again what has failed."""

import asyncio

import pytest

from services.shared.errors import Conflict, Unavailable
from workers.supervision import keep_running, until_available


async def test_it_waits_until_the_answer_is_there() -> None:
    attempts = 0

    async def attempt() -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise Unavailable("database")
        return "there"

    assert await until_available("orders", attempt) == "there"
    assert attempts == 3


async def test_what_no_waiting_mends_is_told_at_once() -> None:
    async def attempt() -> None:
        raise Conflict("no")

    with pytest.raises(Conflict):
        await until_available("orders", attempt)


async def test_what_failed_runs_again_and_what_returned_does_not() -> None:
    runs = 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise ZeroDivisionError

    await keep_running("relay", run, asyncio.Event())
    assert runs == 3


async def test_nothing_runs_again_once_it_is_to_stop() -> None:
    stop = asyncio.Event()
    runs = 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        stop.set()
        raise ZeroDivisionError

    await keep_running("relay", run, stop)
    assert runs == 1
