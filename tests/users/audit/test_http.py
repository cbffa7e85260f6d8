"""The audit trail over the internal HTTP: who acts is whom the access token names, whatever the body says."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from services.infra.http import Caller
from services.shared.errors import Forbidden, Unauthenticated
from services.users.audit.api import router
from services.users.audit.client import AuditClient
from services.users.audit.memory import MemoryAuditStore
from services.users.audit.models import AuditOutcome, AuditQuery, Conclusion
from services.users.audit.ports import Audit
from services.users.audit.service import AuditService
from tests.support.doubles import StandingClock
from tests.support.http import serving
from tests.support.identity import ADMIN, OPS, OWNER, entry, line
from tests.users.audit.makers import a_record, an_intent
from tests.users.makers import MOMENT


@pytest.fixture
async def trail() -> AsyncIterator[AuditClient]:
    service = AuditService(MemoryAuditStore(), StandingClock())
    async with serving(router(service, entry())) as address, aiohttp.ClientSession() as session:
        yield AuditClient(Caller(line(session), address, "audit", Audit))


async def test_records_arrive_as_the_trail_has_them(trail: AuditClient) -> None:
    await trail.begin(an_intent("r1"), OPS)
    await trail.conclude(Conclusion(record_id="r1", outcome=AuditOutcome.FAILED, codes=("UNAVAILABLE",)))
    await trail.deny(an_intent("r2"), OWNER)
    page = await trail.list_records(AuditQuery(first=5), ADMIN)
    denied, failed = [edge.node for edge in page.edges]
    assert failed == replace(a_record(), outcome=AuditOutcome.FAILED, codes=("UNAVAILABLE",), finished_at=MOMENT)
    assert (denied.id, denied.actor_id, denied.outcome) == ("r2", "u1", AuditOutcome.DENIED)


async def test_a_claimed_role_opens_nothing(trail: AuditClient) -> None:
    """The token is the owner's, whatever the actor in the caller's hands says."""
    claimed = replace(ADMIN, proof=OWNER.proof)
    with pytest.raises(Forbidden):
        await trail.begin(an_intent(), claimed)
    with pytest.raises(Forbidden):
        await trail.list_records(AuditQuery(), claimed)
    with pytest.raises(Unauthenticated):
        await trail.deny(an_intent(), replace(ADMIN, proof="forged"))
    assert (await trail.list_records(AuditQuery(), ADMIN)).edges == ()
