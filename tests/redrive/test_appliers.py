"""The consumer that redrives are tested with does what a real one does."""

import pytest

from services.catalog.handlers import StockNotes
from services.catalog.memory import MemoryProductStore
from services.infra.consuming.events import EventWork
from services.shared.replays import Applier, RawRecord
from tests.redrive.applier_contract import ApplierContract, record
from tests.redrive.consumer import MemoryConsumer
from tests.support.doubles import StandingClock
from workers.event_types import KNOWN_TYPES


class TestMemoryConsumer(ApplierContract):
    @pytest.fixture
    def applier(self) -> Applier:
        consumer = MemoryConsumer()
        consumer.fails = lambda event: event == "broken"
        return consumer

    @pytest.fixture
    def broken(self) -> RawRecord:
        return record("broken", 1)


class TestEventWork(ApplierContract):
    @pytest.fixture
    def applier(self) -> Applier:
        notes = StockNotes(MemoryProductStore(), lambda _since: None)
        return EventWork("stock-notes", notes, KNOWN_TYPES.check, StandingClock())

    @pytest.fixture
    def broken(self) -> RawRecord:
        return record("e9", 1, kind="stock.vanished.v1")
