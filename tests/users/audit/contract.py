"""What every AuditStore promises; run against the one in memory and the real one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.users.audit.models import AuditOutcome, AuditQuery, AuditRecord, Conclusion
from services.users.audit.ports import AuditStore
from tests.users.audit.makers import a_record
from tests.users.makers import MOMENT

LIST = {
    "r1": ("ops", "shipOrder"),
    "r2": ("admin", "setRoles"),
    "r3": ("ops", "adjustStock"),
    "r4": ("ops", "shipOrder"),
    "r5": ("admin", "shipOrder"),
    "r6": ("ops", "shipOrder"),
}
"""Actor and action of each record, oldest first."""


END = MOMENT + timedelta(milliseconds=7)


def end_of(record: AuditRecord) -> Conclusion:
    """How it has ended."""
    return Conclusion(record_id=record.id, outcome=record.outcome, codes=record.codes)


async def kept(store: AuditStore) -> list[AuditRecord]:
    """All records, newest first."""
    return [edge.node for edge in (await store.page(AuditQuery())).edges]


def ended(record: AuditRecord, outcome: AuditOutcome = AuditOutcome.DONE, *codes: str) -> AuditRecord:
    """The record with its end."""
    return replace(record, outcome=outcome, codes=codes, finished_at=END)


class AuditStoreContract:
    """Subclasses offer a fixture `store`."""

    async def test_a_record_is_kept_whole(self, store: AuditStore) -> None:
        await store.insert(a_record())
        assert await kept(store) == [a_record()]

    async def test_the_same_id_again_changes_nothing(self, store: AuditStore) -> None:
        await store.insert(a_record())
        await store.insert(a_record(action="setRoles"))
        assert await kept(store) == [a_record()]

    async def test_what_was_begun_is_ended_once(self, store: AuditStore) -> None:
        await store.insert(a_record())
        refused = ended(a_record(), AuditOutcome.REFUSED, "CONFLICT", "INVALID")
        assert await store.conclude(end_of(refused), END)
        assert not await store.conclude(end_of(ended(a_record())), END + timedelta(seconds=1))
        assert await kept(store) == [refused]

    async def test_of_two_ends_at_once_one_counts(self, store: AuditStore) -> None:
        await store.insert(a_record())
        ends = [ended(a_record(), AuditOutcome.FAILED, f"CODE_{number}") for number in range(5)]
        counted = await asyncio.gather(*(store.conclude(end_of(end), END) for end in ends))
        assert counted.count(True) == 1
        assert await kept(store) == [ends[counted.index(True)]]

    async def test_what_was_never_begun_has_no_end(self, store: AuditStore) -> None:
        assert not await store.conclude(end_of(ended(a_record())), END)
        assert await kept(store) == []

    async def test_a_denied_one_is_ended_already(self, store: AuditStore) -> None:
        denied = ended(a_record(), AuditOutcome.DENIED, "FORBIDDEN")
        await store.insert(denied)
        assert not await store.conclude(end_of(ended(a_record())), END)
        assert await kept(store) == [denied]

    @pytest.mark.parametrize(
        ("actor", "action", "expected"),
        [
            (None, None, "r6 r5 r4 r3 r2 r1"),
            ("ops", None, "r6 r4 r3 r1"),
            (None, "shipOrder", "r6 r5 r4 r1"),
            ("ops", "shipOrder", "r6 r4 r1"),
            ("admin", "adjustStock", ""),
        ],
    )
    @pytest.mark.parametrize("size", [1, 2, 20])
    async def test_pages_hold_every_match_once_newest_first(
        self, store: AuditStore, actor: str | None, action: str | None, expected: str, size: int
    ) -> None:
        await fill(store)
        query = AuditQuery(first=size, actor_id=actor, action=action)
        assert await walked(store, query) == expected.split()

    async def test_a_record_added_meanwhile_moves_no_page(self, store: AuditStore) -> None:
        await fill(store)
        first = await store.page(AuditQuery(first=2))
        await store.insert(a_record("r7"))
        second = await store.page(AuditQuery(first=2, after=first.edges[-1].cursor))
        assert [edge.node.id for edge in second.edges] == ["r4", "r3"]
        assert (first.has_previous, first.has_next) == (False, True)
        assert (second.has_previous, second.has_next) == (True, True)


async def fill(store: AuditStore) -> None:
    for record_id, (actor, action) in LIST.items():
        await store.insert(a_record(record_id, actor, action))


async def walked(store: AuditStore, query: AuditQuery) -> list[str]:
    """The ids of all pages, one after the other."""
    seen = []
    while True:
        page = await store.page(query)
        assert len(page.edges) <= query.first
        seen += [edge.node.id for edge in page.edges]
        if not page.has_next:
            return seen
        query = replace(query, after=page.edges[-1].cursor)
