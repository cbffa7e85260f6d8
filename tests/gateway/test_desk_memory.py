"""The memory's answers are those of the contract."""

import pytest

from tests.gateway.desk import MemorySagas
from tests.gateway.desk_contract import Desk, SagasContract
from tests.gateway.shop import Shop
from tests.gateway.world import RULES


class TestMemorySagas(SagasContract):
    @pytest.fixture
    async def desk(self) -> Desk:
        shop = Shop(RULES)
        await shop.stock_up()
        sagas = MemorySagas(shop)
        return Desk(sagas, shop, "o1", sagas.terminate)
