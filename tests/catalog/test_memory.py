"""The store in memory keeps the store's contract."""

from collections.abc import Sequence

import pytest

from services.catalog.memory import MemoryProductStore
from services.catalog.ports import ProductStore
from tests.catalog.contract import ProductStoreContract


class TestMemoryProductStore(ProductStoreContract):
    @pytest.fixture
    def store(self) -> MemoryProductStore:
        return MemoryProductStore()

    async def stored_events(self, store: ProductStore) -> Sequence[tuple[str, str, int]]:
        assert isinstance(store, MemoryProductStore)
        return sorted((event.id, event.type, event.sequence) for event in store.events)
