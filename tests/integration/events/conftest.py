"""Books of the session's stack, and a stack of these tests' own for whatever must not be done to that one."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.events.effects import Books, opened_books
from tests.integration.shop import Shop, broken_invariants, opened_shop
from tests.support.stack import Stack, started


@pytest.fixture
async def books(stack: Stack, shop: Shop) -> AsyncIterator[Books]:
    """Those of the shop; in the end every event of stock has its effect."""
    del shop
    async with opened_books(stack.addresses()) as opened:
        yield opened
        await opened.are_complete()


@pytest.fixture(scope="package")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole system whose servers are killed and stopped, one for all tests here."""
    with started(tmp_path_factory.mktemp("fragile")) as running:
        yield running


@pytest.fixture
async def fragile_shop(fragile: Stack) -> AsyncIterator[Shop]:
    """A shop on it; afterwards everything that always holds must hold."""
    addresses = fragile.addresses()
    async with opened_shop(addresses) as opened:
        yield opened
    assert await broken_invariants(addresses) == {}


@pytest.fixture
async def fragile_books(fragile: Stack, fragile_shop: Shop) -> AsyncIterator[Books]:
    """Those of that shop; in the end every event of stock has its effect."""
    del fragile_shop
    async with opened_books(fragile.addresses()) as opened:
        yield opened
        await opened.are_complete()
