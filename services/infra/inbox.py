"""The inbox: which events a consumer has had, kept in the transaction of their effects. Decides no effect.

A document is one receipt: `_id` `<consumer>/<event id>`, `outcome`, `at`. It is deleted when no topic has the event any
more; a dead letter that is replayed later than that is held up by the versions in the data alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Protocol, TypeVar

from services.infra.mongo import Database, Document
from services.infra.transaction import Overtaken, Reads, Transaction, Write, added
from services.shared.errors import Unavailable
from services.shared.receipts import Outcome, Receipt

COLLECTION: Final = "inbox"
KEPT: Final = timedelta(days=10)
"""How long receipts are kept: longer than the topics keep events."""

ATTEMPTS: Final = 10


class Receivable(Protocol):
    """What comes with a receipt."""

    @property
    def receipt(self) -> Receipt: ...


Item = TypeVar("Item", bound=Receivable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What is to be written for some items, and the outcome for each: APPLIED or SUPERSEDED."""

    writes: Sequence[Write]
    outcomes: Sequence[Outcome]


class Inbox:
    """One service's inbox, in its own database."""

    def __init__(self, database: Database, kept: timedelta = KEPT) -> None:
        self._database = database
        self._kept = kept

    async def prepare(self) -> None:
        """Makes the collection, and the index by which the server deletes what is old."""
        await self._database.ensure_collection(COLLECTION)
        await self._database.ensure_index(
            COLLECTION, "age", [("at", 1)], expireAfterSeconds=int(self._kept.total_seconds())
        )

    async def take_once(
        self, items: Sequence[Item], decide: Callable[[Reads, Sequence[Item]], Effects]
    ) -> list[Outcome]:
        """The effects of those items that the inbox does not know yet, and their receipts, in one transaction.

        `decide` reads what it needs and says what to write; it blocks, may be called again, and has no other effect.

        Raises:
            Unavailable: the database did not answer, or others were first again and again; nothing is known.
        """
        first: dict[str, Item] = {}
        for item in items:
            first.setdefault(item.receipt.id, item)
        # Duplicates are rare. What it costs to look for them is paid when a receipt turns out to be there already.
        looks = False
        for _ in range(ATTEMPTS):
            try:
                outcomes = await self._database.transact_at_once(partial(_take, first, decide, looks=looks))
            except Overtaken:
                looks = True
            else:
                return [outcomes.pop(item.receipt.id, Outcome.DUPLICATE) for item in items]
        raise Unavailable("database", "others were first again and again")

    async def has(self, receipt: Receipt) -> bool:
        """Whether the event was had. Raises Unavailable."""
        wanted = {"_id": receipt.id}
        return bool(await self._database.read(lambda reads: reads.found(COLLECTION, wanted, limit=1)))


def _take(
    items: Mapping[str, Item],
    decide: Callable[[Reads, Sequence[Item]], Effects],
    transaction: Transaction,
    *,
    looks: bool,
) -> dict[str, Outcome]:
    """The outcomes of what is new, by the receipt's id. Raises Overtaken."""
    known = transaction.found(COLLECTION, {"_id": {"$in": list(items)}}, kept={"_id": 1}) if looks else ()
    had = {document["_id"] for document in known}
    fresh = {key: item for key, item in items.items() if key not in had}
    if not fresh:
        return {}
    effects = decide(transaction, list(fresh.values()))
    outcomes = dict(zip(fresh, effects.outcomes, strict=True))
    receipts = [added(COLLECTION, _document(fresh[key].receipt, outcomes[key])) for key in fresh]
    transaction.write([*receipts, *effects.writes])
    return outcomes


def _document(receipt: Receipt, outcome: Outcome) -> Document:
    return {"_id": receipt.id, "outcome": outcome.value, "at": receipt.at}
