"""The memory's answers are those of the contract."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.desk import MemorySagas
from tests.gateway.desk_contract import Desk, SagasContract
from tests.workflows.shop import Shop


class TestMemorySagas(SagasContract):
    @pytest.fixture
    async def desk(self) -> AsyncIterator[Desk]:
        shop = Shop()
        await shop.stock_up()
        yield Desk(MemorySagas(shop), shop)
