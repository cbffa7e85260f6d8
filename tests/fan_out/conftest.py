"""One laboratory for all tests of a module: each test has people and a mail server of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fan_out.lab import Case, Lab, laboratory


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with laboratory() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def case(lab: Lab) -> Case:
    return await lab.case()
