"""One laboratory for all tests of a module: each test has a campaign and a post office of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.campaigns.lab import Case, Lab, laboratory


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with laboratory() as running:
        yield running


@pytest.fixture
def case(lab: Lab) -> Case:
    return lab.case()
