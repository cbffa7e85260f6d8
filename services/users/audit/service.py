"""The rules of the audit trail, on a store: who may add to it, who may read it. Never says what is in a record."""

from dataclasses import replace

from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Forbidden
from services.shared.pages import checked_page_size
from services.users.audit.models import (
    CUT,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_ARGUMENTS,
    MOST_CODES,
    AuditArgument,
    AuditOutcome,
    AuditPage,
    AuditQuery,
    AuditRecord,
    Conclusion,
    Intent,
    record_before,
)
from services.users.audit.ports import AuditStore


class AuditService:
    """Offers `ports.Audit`."""

    def __init__(self, store: AuditStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def begin(self, intent: Intent, actor: Actor) -> None:
        """See `Audit.begin`."""
        if not actor.runs_the_shop:
            raise Forbidden
        await self._store.insert(self._record(intent, actor))

    async def conclude(self, conclusion: Conclusion) -> None:
        """See `Audit.conclude`."""
        codes = tuple(shortened(code, LONGEST_NAME) for code in conclusion.codes[:MOST_CODES])
        await self._store.conclude(replace(conclusion, codes=codes), self._clock.now())

    async def deny(self, intent: Intent, actor: Actor) -> None:
        """See `Audit.deny`."""
        record = self._record(intent, actor)
        await self._store.insert(
            replace(record, outcome=AuditOutcome.DENIED, codes=(Forbidden.code,), finished_at=record.started_at)
        )

    async def list_records(self, query: AuditQuery, actor: Actor) -> AuditPage:
        """See `Audit.list_records`."""
        if not actor.administers:
            raise Forbidden
        checked_page_size(query.first)
        record_before(query)
        return await self._store.page(query)

    def _record(self, intent: Intent, actor: Actor) -> AuditRecord:
        return AuditRecord(
            id=intent.record_id,
            actor_id=actor.user_id,
            action=shortened(intent.action, LONGEST_NAME),
            arguments=tuple(_bounded(argument) for argument in intent.arguments[:MOST_ARGUMENTS]),
            address=shortened(intent.address, LONGEST_NAME),
            request_id=shortened(intent.request_id, LONGEST_NAME),
            outcome=AuditOutcome.STARTED,
            codes=(),
            started_at=self._clock.now(),
            finished_at=None,
        )


def shortened(text: str, most: int) -> str:
    """At most so many characters; the last one says that there were more."""
    return text if len(text) <= most else text[: most - len(CUT)] + CUT


def _bounded(argument: AuditArgument) -> AuditArgument:
    return AuditArgument(name=shortened(argument.name, LONGEST_NAME), value=shortened(argument.value, LONGEST_VALUE))
