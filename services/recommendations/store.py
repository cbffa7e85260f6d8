"""Lists in MongoDB, each written with the event that tells of it. Decides nothing."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox, told
from services.infra.transaction import Reads, Write, added, replaced
from services.recommendations.documents import LISTS, VALIDATOR, list_document, list_from
from services.recommendations.models import ListChange, UserList
from services.shared.events import Event

AT_ONCE: Final = 50
"""Ids that one command names: a server may compare each document with all of them."""


class MongoListStore:
    """Implements ListStore."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def prepare(self) -> None:
        """Makes the collection and the outbox. Idempotent."""
        await self._database.ensure_collection(LISTS, VALIDATOR)
        await self._outbox.prepare()

    async def lists_of(self, user_ids: Sequence[str]) -> Mapping[str, UserList]:
        """See `ListStore.lists_of`."""
        wanted = sorted(set(user_ids))

        def work(reads: Reads) -> dict[str, UserList]:
            found = [
                document
                for start in range(0, len(wanted), AT_ONCE)
                for document in reads.found(LISTS, {"_id": {"$in": wanted[start : start + AT_ONCE]}})
            ]
            return {document["_id"]: list_from(document) for document in found}

        return await self._database.read(work)

    async def keep(self, changes: Sequence[ListChange], events: Sequence[Event]) -> bool:
        """See `ListStore.keep`."""
        return not changes or await self._database.write_all([*map(_writing, changes), *told(events)])


def _writing(change: ListChange) -> Write:
    if change.was is None:
        return added(LISTS, list_document(change.now))
    wanted = {"_id": change.was.user_id, "version": change.was.version, "computed_at": change.was.computed_at}
    return replaced(LISTS, wanted, list_document(change.now))
