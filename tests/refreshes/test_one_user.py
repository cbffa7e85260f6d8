"""Who buys has his list made anew, some time later and once for all that he bought till then."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from services.shared.errors import Unavailable
from tests.refreshes.lab import RULES, WINDOW, Lab, Run, laboratory
from tests.refreshes.outcomes import OF_REFRESHES
from workflows.refreshes import RefreshResult

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = pytest.mark.parametrize("colocated", [(), ("recommendations",)], ids=["remote", "local"])


@PLACES
async def test_many_purchases_in_a_window_are_one_refresh(lab: Lab, colocated: tuple[str, ...]) -> None:
    user, other = lab.user(), lab.user()
    refreshing = lab.refreshing(colocated=colocated)
    await refreshing.purchased([user, other, user])
    for _ in range(5):
        await refreshing.purchased([user])
    assert lab.kitchen.made == {}
    began = await lab.env.get_current_time()
    run = await lab.refreshed(user)
    await lab.refreshed(other)
    assert lab.kitchen.made == {user: 1, other: 1}
    assert await run.result() == RefreshResult(users=1, changed=1)
    closed = (await run.describe()).close_time
    assert closed
    assert closed - began <= WINDOW * 2


async def test_nothing_is_made_before_the_window_is_over(lab: Lab) -> None:
    user = lab.user()
    await lab.refreshing().purchased([user])
    await lab.env.sleep(WINDOW * 0.9)
    await lab.refreshing().purchased([user])
    assert lab.kitchen.made == {}
    await lab.env.sleep(WINDOW * 0.2)
    await lab.refreshed(user)
    assert lab.kitchen.made == {user: 1}


async def test_what_is_bought_while_the_list_is_made_is_seen_by_another_refresh(lab: Lab) -> None:
    run = await OF_REFRESHES["bought_again_meanwhile"](lab)
    assert set(lab.kitchen.made.values()) == {2}
    assert await run.result() == RefreshResult(users=2, changed=1)


async def test_who_buys_later_has_a_run_of_his_own_again(lab: Lab) -> None:
    user = lab.user()
    for _ in range(2):
        await lab.refreshing().purchased([user])
        await lab.refreshed(user)
    assert lab.kitchen.made == {user: 2}


async def test_who_buys_without_end_gets_runs_of_bounded_length(lab: Lab) -> None:
    user, rules = lab.user(), replace(RULES, rounds_a_run=2)
    await lab.refreshing(rules).purchased([user])
    first = (await lab.run_of(user).describe()).run_id
    for number in range(5):
        lab.kitchen.gate.clear()
        lab.kitchen.entered.clear()
        await lab.env.sleep(WINDOW)
        await lab.kitchen.entered.wait()
        assert lab.kitchen.made[user] == number
        await lab.refreshing(rules).purchased([user])
        lab.kitchen.gate.set()
        await until_made(lab, user, number + 1)
    run = await lab.refreshed(user)
    assert lab.kitchen.made == {user: 6}
    assert (await run.describe()).run_id != first
    assert await run.result() == RefreshResult(users=6, changed=1)


@PLACES
async def test_a_database_that_is_away_is_waited_for(lab: Lab, colocated: tuple[str, ...]) -> None:
    user = lab.user()
    lab.kitchen.away = 4
    await lab.refreshing(colocated=colocated).purchased([user])
    await lab.refreshed(user)
    assert lab.kitchen.made == {user: 1}


async def test_a_platform_that_cancels_ends_it(lab: Lab) -> None:
    user = lab.user()
    await lab.refreshing().purchased([user])
    await lab.run_of(user).cancel()
    run = await lab.refreshed(user)
    assert (await run.describe()).status is WorkflowExecutionStatus.CANCELED
    assert lab.kitchen.made == {}


async def test_without_an_engine_whoever_tells_is_to_wait(lab: Lab) -> None:
    user = lab.user()
    refreshing = lab.refreshing()
    refreshing.use(None)
    with pytest.raises(Unavailable):
        await refreshing.purchased([user])
    refreshing.use(await Client.connect("127.0.0.1:1", lazy=True))
    with pytest.raises(Unavailable):
        await refreshing.purchased([user, lab.user()])
    with pytest.raises(RPCError):
        await lab.run_of(user).describe()
    refreshing.use(lab.client)
    await refreshing.purchased([user])
    await lab.refreshed(user)
    assert lab.kitchen.made == {user: 1}


async def until_made(lab: Lab, user: str, times: int) -> None:
    async with asyncio.timeout(30):
        while lab.kitchen.made[user] < times:  # noqa: ASYNC110 (a step in a worker)
            await asyncio.sleep(0.01)


@pytest.fixture
async def forgetful() -> AsyncIterator[Lab]:
    async with laboratory(cached=0) as running:
        yield running


@pytest.mark.asyncio(loop_scope="function")
async def test_a_worker_that_remembers_nothing_comes_to_the_same_end(forgetful: Lab) -> None:
    run: Run = await OF_REFRESHES["bought_again_meanwhile"](forgetful)
    assert await run.result() == RefreshResult(users=2, changed=1)
