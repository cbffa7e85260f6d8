"""One laboratory for all tests of a module: each test has a kitchen of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.refreshes.kitchen import Kitchen
from tests.refreshes.lab import Lab, laboratory


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def laboratories() -> AsyncIterator[Lab]:
    async with laboratory() as running:
        yield running


@pytest.fixture
def lab(laboratories: Lab) -> Lab:
    laboratories.kitchen = Kitchen()
    return laboratories
