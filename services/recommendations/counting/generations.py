"""Generations of counters in MongoDB: which of them serves, which is being built. Counts nothing.

A generation's number is never used again: a process that still writes to one which was thrown away harms no other.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

from services.infra.mongo import Database, Document, unavailable_when_away
from services.infra.transaction import Reads, Transaction, put
from services.recommendations.counting.documents import COUNTERS, GENERATIONS, INDEXES, VALIDATORS, named
from services.shared.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Generations:
    """Which there are.

    Attributes:
        serving: what is read.
        building: what a rebuild fills, if one goes on.
        rebuild_id: that rebuild, or the last one that was finished.
        latest: the highest number that was used.
    """

    serving: int = 0
    building: int | None = None
    rebuild_id: str | None = None
    latest: int = 0

    @property
    def counting(self) -> tuple[int, ...]:
        """Those that events are counted in; what serves is first."""
        return (self.serving,) if self.building is None else (self.serving, self.building)

    def built_by(self, rebuild_id: str) -> int:
        """The generation that this rebuild fills. Raises Conflict where it does not go on."""
        if self.building is None or self.rebuild_id != rebuild_id:
            raise Conflict("this rebuild does not go on: it is finished, or another has taken its place")
        return self.building


def generations(reads: Reads) -> Generations:
    """As they are."""
    found = reads.found(GENERATIONS, {"_id": COUNTERS}, limit=1)
    return _from(found[0]) if found else Generations()


class GenerationKeeper:
    """Makes generations, has one serve, and throws away what neither serves nor is built."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Makes the collections of all that is counted in, and brings their validators up to date. Idempotent."""
        await self._database.ensure_collection(GENERATIONS)
        for generation in (await self._database.read(generations)).counting:
            await self._make(generation)

    async def begin(self, rebuild_id: str) -> None:
        """See `CountStore.begin_rebuild`."""
        while (known := await self._database.read(generations)).rebuild_id != rebuild_id:
            for generation in range(known.latest + 1):
                if generation != known.serving:
                    await self._throw_away(generation)
            new = known.latest + 1
            await self._make(new)
            await self._replace(
                known, Generations(serving=known.serving, building=new, rebuild_id=rebuild_id, latest=new)
            )

    async def finish(self, rebuild_id: str) -> None:
        """See `CountStore.finish_rebuild`. What served before may be read still: the next rebuild throws it away."""
        while True:
            known = await self._database.read(generations)
            if known.building is None and known.rebuild_id == rebuild_id:
                return
            new = known.built_by(rebuild_id)
            await self._replace(known, Generations(serving=new, rebuild_id=rebuild_id, latest=known.latest))

    async def _make(self, generation: int) -> None:
        with unavailable_when_away():
            for collection, indexes in INDEXES.items():
                name = named(collection, generation)
                await self._database.ensure_collection(name, VALIDATORS[collection])
                for index, keys in indexes.items():
                    await self._database.ensure_index(name, index, keys)

    async def _throw_away(self, generation: int) -> None:
        with unavailable_when_away():
            for collection in INDEXES:
                await self._database.collection(named(collection, generation)).drop()

    async def _replace(self, known: Generations, new: Generations) -> None:
        """Unless another was first."""

        def work(transaction: Transaction) -> None:
            if generations(transaction) == known:
                transaction.write([put(GENERATIONS, {"_id": COUNTERS}, {"_id": COUNTERS, **asdict(new)})])

        await self._database.transact_at_once(work)


def _from(document: Document) -> Generations:
    kept: dict[str, Any] = {field.name: document[field.name] for field in fields(Generations)}
    return Generations(**kept)
