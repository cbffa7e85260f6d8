"""The order store in memory keeps the store's contract."""

from collections.abc import Sequence

import pytest

from services.orders.memory import MemoryOrderStore
from services.orders.ports import OrderStore
from tests.orders.contract import OrderStoreContract


class TestMemoryOrderStore(OrderStoreContract):
    @pytest.fixture
    def store(self) -> MemoryOrderStore:
        return MemoryOrderStore()

    async def stored_events(self, store: OrderStore) -> Sequence[tuple[str, int]]:
        assert isinstance(store, MemoryOrderStore)
        return sorted((event.id, event.sequence) for event in store.events)
