"""A fresh gateway that keeps answers for each test."""

import pytest

from tests.caching.counter import Counter, opened


@pytest.fixture
async def counter() -> Counter:
    return await opened()
