"""What every `Applier` must do: one suite, run on the consumer in memory and on the real way of a record."""

from abc import ABC, abstractmethod

import pytest

from services.shared.replays import Applier, Prospect, RawRecord, Verdict


def record(event: str, version: int, kind: str = "stock.adjusted.v1") -> RawRecord:
    """An event of the stock of `ink`."""
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": event,
        "ce_source": "/caravan/inventory",
        "ce_type": kind,
        "ce_time": "2026-11-22T21:04:05.123Z",
        "ce_subject": "ink",
        "ce_sequence": str(version),
    }
    return RawRecord(
        topic="caravan.inventory",
        key=b"ink",
        value=b'{"sku": "ink", "onHand": 5, "reserved": 0, "available": 5, "quantity": 5}',
        headers=tuple((name, value.encode()) for name, value in headers.items()),
    )


class ApplierContract(ABC):
    """The suite. A subclass gives the applier, and a record that it gives up on."""

    @pytest.fixture
    @abstractmethod
    def applier(self) -> Applier: ...

    @pytest.fixture
    @abstractmethod
    def broken(self) -> RawRecord: ...

    async def test_an_event_has_its_effect_once(self, applier: Applier) -> None:
        first = record("e1", 1)
        verdicts = [(await applier.apply(first)).verdict for _ in range(2)]
        assert verdicts == [Verdict.APPLIED, Verdict.DUPLICATE]

    async def test_what_is_older_than_what_is_known_is_superseded(self, applier: Applier) -> None:
        await applier.apply(record("e2", 2))
        assert (await applier.preview(record("e1", 1))).prospect is Prospect.SUPERSEDED
        assert (await applier.apply(record("e1", 1))).verdict is Verdict.SUPERSEDED

    async def test_a_preview_foretells_and_changes_nothing(self, applier: Applier) -> None:
        first = record("e1", 1)
        seen = [(await applier.preview(first)).prospect for _ in range(2)]
        assert seen == [Prospect.WOULD_APPLY, Prospect.WOULD_APPLY]
        await applier.apply(first)
        assert (await applier.preview(first)).prospect is Prospect.ALREADY_APPLIED

    async def test_what_cannot_have_its_effect_says_why(self, applier: Applier, broken: RawRecord) -> None:
        seen, done = await applier.preview(broken), await applier.apply(broken)
        assert (seen.prospect, done.verdict) == (Prospect.WOULD_FAIL, Verdict.FAILED)
        assert seen.failure
        assert seen.failure == done.failure
        assert (await applier.preview(record("e1", 1))).failure is None
