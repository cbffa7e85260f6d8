"""The stores in memory keep the stores' contracts."""

from collections.abc import Sequence

import pytest

from services.users.memory import MemoryAccountStore
from services.users.ports import AccountStore
from tests.users.contract import AccountStoreContract, SessionStoreContract


class TestMemoryAccountStore(AccountStoreContract, SessionStoreContract):
    @pytest.fixture
    def store(self) -> MemoryAccountStore:
        return MemoryAccountStore()

    async def stored_events(self, store: AccountStore) -> Sequence[tuple[str, str, int]]:
        assert isinstance(store, MemoryAccountStore)
        return sorted((event.id, event.type, event.sequence) for event in store.events)
