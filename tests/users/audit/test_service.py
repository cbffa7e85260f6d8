"""The rules of the audit trail: who adds to it, who reads it, and that nothing in it grows without bound."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.shared.errors import Forbidden, Invalid
from services.users.audit.memory import MemoryAuditStore
from services.users.audit.models import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_ARGUMENTS,
    AuditArgument,
    AuditOutcome,
    AuditQuery,
    AuditRecord,
    Conclusion,
)
from services.users.audit.service import AuditService
from tests.support.doubles import StandingClock
from tests.support.identity import ADMIN, OPS, OWNER
from tests.users.audit.makers import a_record, an_intent
from tests.users.makers import MOMENT


class Trail:
    """A service on a store in memory, with the clock that it reads."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.service = AuditService(MemoryAuditStore(), self.clock)

    async def records(self) -> list[AuditRecord]:
        page = await self.service.list_records(AuditQuery(), ADMIN)
        return [edge.node for edge in page.edges]


@pytest.fixture
def trail() -> Trail:
    return Trail()


async def test_a_deed_is_kept_before_and_after_it_is_done(trail: Trail) -> None:
    await trail.service.begin(an_intent(), OPS)
    assert await trail.records() == [a_record()]
    trail.clock.advance(timedelta(seconds=2))
    await trail.service.conclude(Conclusion(record_id="r1", outcome=AuditOutcome.REFUSED, codes=("CONFLICT",)))
    end = MOMENT + timedelta(seconds=2)
    assert await trail.records() == [
        replace(a_record(), outcome=AuditOutcome.REFUSED, codes=("CONFLICT",), finished_at=end)
    ]


async def test_an_end_is_never_rewritten(trail: Trail) -> None:
    await trail.service.begin(an_intent(), OPS)
    await trail.service.conclude(Conclusion(record_id="r1", outcome=AuditOutcome.DONE))
    kept = await trail.records()
    trail.clock.advance(timedelta(seconds=1))
    await trail.service.conclude(Conclusion(record_id="r1", outcome=AuditOutcome.FAILED))
    await trail.service.conclude(Conclusion(record_id="r9", outcome=AuditOutcome.FAILED))
    await trail.service.begin(an_intent(action="setRoles"), ADMIN)
    assert await trail.records() == kept


async def test_a_denied_caller_is_kept_with_what_was_asked(trail: Trail) -> None:
    await trail.service.deny(an_intent(), OWNER)
    (record,) = await trail.records()
    assert (record.actor_id, record.outcome, record.codes) == ("u1", AuditOutcome.DENIED, ("FORBIDDEN",))
    assert (record.action, record.finished_at) == ("adjustStock", MOMENT)


async def test_only_who_runs_the_shop_begins_and_only_admin_reads(trail: Trail) -> None:
    with pytest.raises(Forbidden):
        await trail.service.begin(an_intent(), OWNER)
    assert await trail.records() == []
    for actor in (OWNER, OPS):
        with pytest.raises(Forbidden):
            await trail.service.list_records(AuditQuery(), actor)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (AuditQuery(first=0), ("first",)),
        (AuditQuery(first=101), ("first",)),
        (AuditQuery(after="no cursor"), ("after",)),
    ],
)
async def test_a_page_that_cannot_be_is_refused(trail: Trail, query: AuditQuery, path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        await trail.service.list_records(query, ADMIN)
    assert refused.value.problems[0].path == path


async def test_a_record_is_of_bounded_size(trail: Trail) -> None:
    endless = "x" * 10_000
    many = tuple(AuditArgument(name=endless, value=endless) for _ in range(200))
    intent = replace(an_intent(action=endless), arguments=many, address=endless, request_id=endless)
    await trail.service.begin(intent, OPS)
    await trail.service.conclude(Conclusion(record_id="r1", outcome=AuditOutcome.REFUSED, codes=(endless,) * 100))
    (record,) = await trail.records()
    assert len(record.arguments) == MOST_ARGUMENTS
    assert {len(argument.value) for argument in record.arguments} == {LONGEST_VALUE}
    assert record.arguments[0].value == "x" * (LONGEST_VALUE - 1) + "…"
    texts = [record.action, record.address, record.request_id, *record.codes]
    assert {len(text) for text in texts} == {LONGEST_NAME}
    assert len(record.codes) == 20
