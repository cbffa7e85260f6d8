"""The store in memory keeps the store's contract and inventory's rules."""

from collections.abc import Sequence

import pytest

from services.inventory.memory import MemoryStockStore
from services.inventory.ports import StockStore
from tests.inventory.contract import StockStoreContract
from tests.inventory.rules import InventoryRules


@pytest.fixture
def store() -> MemoryStockStore:
    return MemoryStockStore()


class TestMemoryStockStore(StockStoreContract):
    async def stored_events(self, store: StockStore) -> Sequence[tuple[str, str, int]]:
        assert isinstance(store, MemoryStockStore)
        return [
            (event.type, event.subject, event.sequence) for event in sorted(store.events, key=lambda event: event.id)
        ]


class TestInventoryInMemory(InventoryRules):
    pass
