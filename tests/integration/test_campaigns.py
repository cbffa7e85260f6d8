"""Campaigns on the whole system: whatever happens midway, the counts add up to the recipient and nobody gets two."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.campaigning import Campaign, Campaigning, campaigning
from tests.integration.crashes import kill
from tests.integration.shop import broken_invariants
from tests.support.stack import Stack, running_stack

FEW = 300
MANY = 10_000
LONGEST_HISTORY = 4096
LEFT_BEHIND = 2 * 20
"""Batches under way, and the messages of each that are claimed together."""

CONNECTIONS = 12
"""Of both lanes: so many mails are on their way at most."""


def begun(campaign: Campaign) -> bool:
    """Some of it is sent."""
    return bool(campaign["sent"])


def over(campaign: Campaign) -> bool:
    return campaign["finishedAt"] is not None


async def is_cancelled_midway(office: Campaigning, customers: int) -> None:
    campaign_id = await office.create()
    await office.until(campaign_id, begun)
    assert (await office.cancel(campaign_id))["status"] == "CANCELLED"
    ended = await office.until(campaign_id, over, within=600)
    mails = office.mails()
    assert ended["status"] == "CANCELLED"
    assert ended["recipients"] >= customers
    assert ended["sent"] + ended["skipped"] + ended["failed"] == ended["recipients"]
    assert 0 < ended["sent"] < ended["recipients"]
    assert set(mails.values()) == {1}
    assert len(mails) == ended["sent"]
    assert await office.history_length(campaign_id) < LONGEST_HISTORY


async def is_killed_midway(stack: Stack, office: Campaigning, customers: int) -> None:
    campaign_id = await office.create()
    await office.until(campaign_id, begun)
    await kill(stack, "services")
    ended = await office.until(campaign_id, over, within=600)
    mails = office.mails()
    assert ended["status"] == "COMPLETED"
    assert ended["recipients"] >= customers
    assert ended["sent"] + ended["skipped"] + ended["failed"] == ended["recipients"]
    assert set(mails.values()) == {1}
    # What was on its way is not sent again, since nobody knows whether it arrived.
    assert ended["failed"] <= LEFT_BEHIND
    assert ended["sent"] <= len(mails) <= ended["sent"] + ended["failed"]
    never_came = ended["failed"] - (len(mails) - ended["sent"])
    assert never_came <= CONNECTIONS
    assert await office.history_length(campaign_id) < LONGEST_HISTORY


@pytest.fixture
async def office(stack: Stack) -> AsyncIterator[Campaigning]:
    async with campaigning(stack.addresses(), FEW) as found:
        yield found
        assert await broken_invariants(stack.addresses()) == {}


async def test_a_campaign_that_is_cancelled_midway_adds_up(office: Campaigning) -> None:
    await is_cancelled_midway(office, FEW)


@pytest.mark.heavy
async def test_a_campaign_that_is_killed_midway_tells_nobody_twice(stack: Stack, office: Campaigning) -> None:
    await is_killed_midway(stack, office, FEW)


@pytest.mark.heavy
@pytest.mark.timeout(1800)
async def test_ten_thousand_are_told_once_whatever_happens(tmp_path: Path) -> None:
    async with running_stack(tmp_path) as running:
        async with campaigning(running.addresses(), MANY) as office:
            await is_cancelled_midway(office, MANY)
            assert await broken_invariants(running.addresses()) == {}
        async with campaigning(running.addresses(), MANY) as office:
            await is_killed_midway(running, office, MANY)
            assert await broken_invariants(running.addresses()) == {}
