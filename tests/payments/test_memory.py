"""The payment store in memory keeps the store's contract."""

from collections.abc import Sequence

import pytest

from services.payments.memory import MemoryPaymentStore
from services.payments.ports import PaymentStore
from tests.payments.store_contract import PaymentStoreContract


class TestMemoryPaymentStore(PaymentStoreContract):
    @pytest.fixture
    def store(self) -> MemoryPaymentStore:
        return MemoryPaymentStore()

    async def stored_events(self, store: PaymentStore) -> Sequence[tuple[str, int]]:
        assert isinstance(store, MemoryPaymentStore)
        return sorted((event.id, event.sequence) for event in store.events)
