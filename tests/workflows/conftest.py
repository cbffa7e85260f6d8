"""One laboratory for all tests of a module: each test works in a shop of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.workflows.lab import Lab, laboratory


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with laboratory() as running:
        yield running
