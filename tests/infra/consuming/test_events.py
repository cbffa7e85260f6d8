"""Records become effects, verdicts or failures: those of a topic, and those that are replayed to one consumer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.infra.consuming.events import EventWork
from services.infra.consuming.work import Received
from services.infra.kafka.records import record_headers
from services.shared.errors import Conflict, Unavailable
from services.shared.receipts import Outcome
from services.shared.replays import Disposition, Failure, Preview, Prospect, RawRecord, Replayed, Verdict
from tests.infra.consuming.station import Seen, check, event
from tests.support.doubles import StandingClock

CONFLICT = Failure(
    disposition=Disposition.PERMANENT, exception_class="services.shared.errors.Conflict", message="not now"
)


def record(subject: str, kind: str = "order.placed.v1", value: bytes = b"{}") -> RawRecord:
    headers = tuple(record_headers(event(subject, 1, kind), "tests"))
    return RawRecord(topic="caravan.orders", key=subject.encode(), value=value, headers=headers)


def work_of(seen: Seen) -> EventWork:
    return EventWork("listener", seen, check, StandingClock())


def received(*records: RawRecord) -> Sequence[Received]:
    return [Received(record=each, partition=0, offset=offset, timestamp=0) for offset, each in enumerate(records)]


async def test_of_many_only_those_are_handed_over_that_can_be_read() -> None:
    seen = Seen()
    odd, unknown = record("o2", value=b"no JSON"), record("o3", "order.guessed.v1")
    first, second, third, last = await work_of(seen).attempt(received(record("o1"), odd, unknown, record("o4")))
    assert (first, last) == (Outcome.APPLIED, Outcome.APPLIED)
    assert isinstance(second, Failure)
    assert isinstance(third, Failure)
    assert (second.disposition, third.disposition) == (Disposition.POISON, Disposition.PERMANENT)
    assert seen.events == [("o1", 1), ("o4", 1)]


async def test_many_that_fail_together_have_to_be_tried_alone() -> None:
    seen = Seen()
    seen.failures["o2"] = Conflict("not now")
    work = work_of(seen)
    assert await work.attempt(received(record("o1"), record("o2"))) == [None, None]
    assert await work.attempt(received(record("o1"))) == [Outcome.APPLIED]
    assert await work.attempt(received(record("o2"))) == [CONFLICT]


async def test_the_only_one_of_many_that_can_be_read_has_to_be_tried_alone_when_it_fails() -> None:
    """Its failure there would be its last: only what is tried alone is tried again."""
    seen = Seen()
    seen.failures["o1"] = ValueError("odd")
    first, second = await work_of(seen).attempt(received(record("o1"), record("o2", value=b"no JSON")))
    assert first is None
    assert isinstance(second, Failure)


async def test_a_dependency_that_is_away_is_no_failure_of_a_record() -> None:
    seen = Seen()
    seen.failures["o1"] = Unavailable("database")
    work = work_of(seen)
    with pytest.raises(Unavailable):
        await work.attempt(received(record("o1"), record("o2")))
    with pytest.raises(Unavailable):
        await work.apply(record("o1"))
    with pytest.raises(Unavailable):
        await work.preview(record("o1"))


@pytest.mark.parametrize("outcome", Outcome)
async def test_a_replay_is_told_by_its_verdict_and_a_preview_by_its_prospect(outcome: Outcome) -> None:
    class Settled(Seen):
        async def handle(self, _: object) -> Sequence[Outcome]:
            return [outcome]

        async def preview(self, _: object) -> Outcome:
            return outcome

    verdicts = {Outcome.APPLIED: Verdict.APPLIED, Outcome.DUPLICATE: Verdict.DUPLICATE}
    prospects = {Outcome.APPLIED: Prospect.WOULD_APPLY, Outcome.DUPLICATE: Prospect.ALREADY_APPLIED}
    work = work_of(Settled())
    assert await work.apply(record("o1")) == Replayed(verdict=verdicts.get(outcome, Verdict.SUPERSEDED))
    assert await work.preview(record("o1")) == Preview(prospect=prospects.get(outcome, Prospect.SUPERSEDED))


async def test_a_replay_that_fails_says_why_and_a_preview_says_it_before() -> None:
    seen = Seen()
    seen.failures["o1"] = Conflict("not now")
    work = work_of(seen)
    assert await work.preview(record("o1")) == Preview(prospect=Prospect.WOULD_FAIL, failure=CONFLICT)
    assert await work.apply(record("o1")) == Replayed(verdict=Verdict.FAILED, failure=CONFLICT)
    odd = await work.preview(record("o2", value=b"no JSON"))
    assert odd.prospect is Prospect.WOULD_FAIL
    assert seen.events == []


async def test_headers_that_are_missing_or_no_text_are_poison_and_never_an_error() -> None:
    work = work_of(Seen())
    for headers in ((), (("ce_id", None),), (("ce_id", b"\xff"),)):
        raw = RawRecord(topic="caravan.orders", key=None, value=None, headers=headers)
        applied = await work.apply(raw)
        assert applied.failure is not None
        assert applied.failure.disposition is Disposition.POISON


@pytest.mark.parametrize("key", [None, b"", b"o2", b"\xff"])
async def test_a_record_whose_key_is_not_its_subject_is_poison(key: bytes | None) -> None:
    """It would come in the order of another's records."""
    seen = Seen()
    applied = await work_of(seen).apply(replace(record("o1"), key=key))
    assert applied.failure is not None
    assert (applied.failure.disposition, applied.failure.message) == (Disposition.POISON, "the key is not the subject")
    assert seen.events == []
