"""Counts in MongoDB: orders are counted and taken back, a batch in one transaction. Read they are in `reading`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from services.infra.mongo import Database
from services.infra.transaction import Overtaken, Reads, Transaction, added
from services.recommendations.counting.documents import CALLED_OFF, ORDERS, named, writes_of
from services.recommendations.counting.generations import GenerationKeeper, generations
from services.recommendations.counting.models import Mark, OrderNews, Tally
from services.recommendations.counting.tally import tally
from services.shared.errors import Unavailable
from services.shared.receipts import Outcome
from services.shared.standing_orders import StandingOrder

ATTEMPTS: Final = 10
Result = TypeVar("Result")


class MongoCountStore:
    """Implements CountStore.

    An order's mark is written with what it changes. Whoever finds another's mark in the way looks again, so that every
    order is counted once by whoever is first: events that come twice, late or out of order, and a rebuild. That it was
    called off is kept beside the generations too: none that is begun later counts what comes later still.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keeper = GenerationKeeper(database)

    async def prepare(self) -> None:
        """Makes the collections and their indexes. Idempotent."""
        await self._database.ensure_collection(CALLED_OFF)
        await self._keeper.prepare()

    async def count(self, news: Sequence[OrderNews]) -> Sequence[Outcome]:
        """See `CountStore.count`."""
        return await self._until_first(lambda transaction: _count(transaction, news))

    async def preview(self, news: OrderNews) -> Outcome:
        """See `CountStore.preview`."""
        (outcome,) = await self._database.read(lambda reads: _tally(reads, generations(reads).serving, [news]).outcomes)
        return outcome

    async def begin_rebuild(self, rebuild_id: str) -> None:
        """See `CountStore.begin_rebuild`."""
        await self._keeper.begin(rebuild_id)

    async def count_standing(self, rebuild_id: str, orders: Sequence[StandingOrder]) -> int:
        """See `CountStore.count_standing`."""
        news = [OrderNews(order=order, stands=True) for order in orders]
        return await self._until_first(lambda transaction: _count_standing(transaction, rebuild_id, news))

    async def finish_rebuild(self, rebuild_id: str) -> None:
        """See `CountStore.finish_rebuild`."""
        await self._keeper.finish(rebuild_id)

    async def _until_first(self, work: Callable[[Transaction], Result]) -> Result:
        for _ in range(ATTEMPTS):
            try:
                return await self._database.transact_at_once(work)
            except Overtaken:
                continue
        raise Unavailable("database", "others were first again and again")


def _count(transaction: Transaction, news: Sequence[OrderNews]) -> Sequence[Outcome]:
    counting = generations(transaction).counting
    ids = {each.order.order_id for each in news}
    gone = _called_off(transaction, ids)
    tallies = [(generation, tally(news, _marks(transaction, generation, ids) | gone)) for generation in counting]
    going = {each.order.order_id for each in news if not each.stands} - set(gone)
    transaction.write(
        [
            *(added(CALLED_OFF, {"_id": order_id}) for order_id in sorted(going)),
            *(write for generation, each in tallies for write in writes_of(each, generation)),
        ]
    )
    return tallies[0][1].outcomes


def _count_standing(transaction: Transaction, rebuild_id: str, news: Sequence[OrderNews]) -> int:
    """Raises Conflict."""
    generation = generations(transaction).built_by(rebuild_id)
    found = _tally(transaction, generation, news)
    transaction.write(writes_of(found, generation))
    return len(found.counted)


def _tally(reads: Reads, generation: int, news: Sequence[OrderNews]) -> Tally:
    ids = {each.order.order_id for each in news}
    return tally(news, _marks(reads, generation, ids) | _called_off(reads, ids))


def _called_off(reads: Reads, order_ids: Iterable[str]) -> dict[str, Mark]:
    found = reads.found(CALLED_OFF, {"_id": {"$in": sorted(order_ids)}})
    return {document["_id"]: Mark.VOID for document in found}


def _marks(reads: Reads, generation: int, order_ids: Iterable[str]) -> dict[str, Mark]:
    found = reads.found(named(ORDERS, generation), {"_id": {"$in": sorted(order_ids)}}, kept={"mark": 1})
    return {document["_id"]: Mark(document["mark"]) for document in found}
