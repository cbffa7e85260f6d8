"""The shop of one test on the session's stack, and the check of all invariants after each test."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.shop import Shop, broken_invariants, opened_shop
from tests.support.stack import Stack


@pytest.fixture
async def shop(stack: Stack) -> AsyncIterator[Shop]:
    """Products, customers and keys of this test; afterwards everything that always holds must hold."""
    addresses = stack.addresses()
    async with opened_shop(addresses) as opened:
        yield opened
    assert await broken_invariants(addresses) == {}
