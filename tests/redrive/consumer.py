"""A consumer in memory, as a redrive meets it: it has an inbox, knows versions, may fail, may be away."""

import asyncio
from collections.abc import Callable

from services.shared.errors import Unavailable
from services.shared.replays import Disposition, Failure, Preview, Prospect, RawRecord, Replayed, Verdict

PROSPECTS = {
    Verdict.APPLIED: Prospect.WOULD_APPLY,
    Verdict.DUPLICATE: Prospect.ALREADY_APPLIED,
    Verdict.SUPERSEDED: Prospect.SUPERSEDED,
    Verdict.FAILED: Prospect.WOULD_FAIL,
}


class MemoryConsumer:
    """Offers `Applier`.

    Attributes:
        effects: the ids of the events that had their effect here, in order.
        asked: how often it was asked anything; `largest`: the bytes of the largest value.
        fails: which events it gives up on; `away`: it does not answer; `gate`: closed, it holds whoever asks.
    """

    def __init__(self) -> None:
        self.effects: list[str] = []
        self.asked = 0
        self.largest = 0
        self.fails: Callable[[str], bool] = lambda _: False
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()
        self._versions: dict[bytes, int] = {}

    async def apply(self, record: RawRecord) -> Replayed:
        verdict = await self._verdict(record)
        if verdict is Verdict.APPLIED:
            self.effects.append(event_of(record))
            self._versions[record.key or b""] = version_of(record)
        return Replayed(verdict=verdict, failure=_failure(verdict))

    async def preview(self, record: RawRecord) -> Preview:
        verdict = await self._verdict(record)
        return Preview(prospect=PROSPECTS[verdict], failure=_failure(verdict))

    async def _verdict(self, record: RawRecord) -> Verdict:
        self.asked += 1
        self.largest = max(self.largest, len(record.value or b""))
        self.entered.set()
        await self.gate.wait()
        if self.away:
            raise Unavailable("database")
        if self.fails(event_of(record)):
            return Verdict.FAILED
        if event_of(record) in self.effects:
            return Verdict.DUPLICATE
        newer = self._versions.get(record.key or b"", 0) > version_of(record)
        return Verdict.SUPERSEDED if newer else Verdict.APPLIED


def event_of(record: RawRecord) -> str:
    return (dict(record.headers)["ce_id"] or b"").decode()


def version_of(record: RawRecord) -> int:
    return int(dict(record.headers)["ce_sequence"] or b"0")


def _failure(verdict: Verdict) -> Failure | None:
    if verdict is not Verdict.FAILED:
        return None
    return Failure(disposition=Disposition.PERMANENT, exception_class="tests.Refused", message="refused again")
