"""The audit trail in memory: the fake of the store, kept to the same contract suite. For tests; forgets everything."""

from dataclasses import replace
from datetime import datetime

from services.shared.pages import page_of
from services.users.audit.models import (
    AuditOutcome,
    AuditPage,
    AuditQuery,
    AuditRecord,
    Conclusion,
    cursor_of,
    record_before,
)


class MemoryAuditStore:
    """Offers `ports.AuditStore`, in a dict."""

    def __init__(self) -> None:
        self._records: dict[str, AuditRecord] = {}

    async def insert(self, record: AuditRecord) -> None:
        self._records.setdefault(record.id, record)

    async def conclude(self, conclusion: Conclusion, at: datetime) -> bool:
        stored = self._records.get(conclusion.record_id)
        if stored is None or stored.outcome is not AuditOutcome.STARTED:
            return False
        self._records[stored.id] = replace(stored, outcome=conclusion.outcome, codes=conclusion.codes, finished_at=at)
        return True

    async def page(self, query: AuditQuery) -> AuditPage:
        before = record_before(query)
        found = [
            self._records[record_id]
            for record_id in sorted(self._records, reverse=True)
            if (before is None or record_id < before) and _matches(self._records[record_id], query)
        ]
        return page_of(found[: query.first + 1], query, cursor_of)


def _matches(record: AuditRecord, query: AuditQuery) -> bool:
    return query.actor_id in {None, record.actor_id} and query.action in {None, record.action}
