"""Answers kept in this process keep the contract."""

import pytest

from services.infra.response_cache.memory import MemoryResponses
from services.infra.response_cache.near import NearResponses
from tests.response_cache.contract import LARGEST, LEASED_FOR, ResponseStoreContract


class TestMemory(ResponseStoreContract):
    @pytest.fixture
    def store(self) -> MemoryResponses:
        return MemoryResponses(leased_for=LEASED_FOR, largest=LARGEST)


class TestNear(ResponseStoreContract):
    @pytest.fixture
    def store(self) -> NearResponses:
        return NearResponses(MemoryResponses(leased_for=LEASED_FOR, largest=LARGEST))


class TestNearWithoutRoom(ResponseStoreContract):
    @pytest.fixture
    def store(self) -> NearResponses:
        return NearResponses(MemoryResponses(leased_for=LEASED_FOR, largest=LARGEST), room=3)
