"""Counts in memory keep the counts' contract."""

import pytest

from services.recommendations.counting.memory import MemoryCounts, MemoryShelf
from tests.recommendations.counts.contract import CountContract


class TestMemoryCounts(CountContract):
    @pytest.fixture
    def shelf(self) -> MemoryShelf:
        return MemoryShelf()

    @pytest.fixture
    def counts(self, shelf: MemoryShelf) -> MemoryCounts:
        return MemoryCounts(shelf)
