"""What every `Refreshes` must do: one suite, run on the memory and on Temporal."""

from abc import ABC, abstractmethod

import pytest
from temporalio.client import Client

from gateway.refreshes import Refreshes
from gateway.temporal_refreshes import TemporalRefreshes
from services.shared.errors import Unavailable
from tests.gateway.refreshes import MemoryRefreshes
from tests.refreshes.lab import Lab
from workflows.names import REBUILD_OF_RECOMMENDATIONS, RECOMMENDATIONS_OF_ALL

WITHIN = 10.0
USER = "somebody"


class RefreshesContract(ABC):
    """The suite. A subclass gives the port, and one whose engine is away."""

    @pytest.fixture
    @abstractmethod
    def port(self) -> Refreshes: ...

    @pytest.fixture
    @abstractmethod
    async def away(self) -> Refreshes: ...

    async def test_each_is_begun_under_its_one_name(self, port: Refreshes) -> None:
        for _ in range(2):
            assert await port.refresh(None) == RECOMMENDATIONS_OF_ALL
            assert await port.refresh(USER) == f"recommendations/{USER}"
            assert await port.rebuild() == REBUILD_OF_RECOMMENDATIONS

    async def test_without_an_engine_it_is_unavailable(self, away: Refreshes) -> None:
        with pytest.raises(Unavailable):
            await away.refresh(None)
        with pytest.raises(Unavailable):
            await away.rebuild()


class TestMemoryRefreshes(RefreshesContract):
    @pytest.fixture
    def port(self) -> Refreshes:
        return MemoryRefreshes()

    @pytest.fixture
    async def away(self) -> Refreshes:
        refreshes = MemoryRefreshes()
        refreshes.away = True
        return refreshes


@pytest.mark.asyncio(loop_scope="module")
class TestTemporalRefreshes(RefreshesContract):
    @pytest.fixture
    def port(self, lab: Lab) -> Refreshes:
        return TemporalRefreshes(lab.client, WITHIN, ())

    @pytest.fixture
    async def away(self) -> Refreshes:
        return TemporalRefreshes(await Client.connect("127.0.0.1:1", lazy=True), WITHIN, ())

    async def test_what_is_begun_is_done_at_once(self, lab: Lab, port: Refreshes) -> None:
        await port.refresh(USER)
        await lab.run_of(USER).result()
        assert lab.kitchen.made[USER] == 1
