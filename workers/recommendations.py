"""Puts the service of recommendations together: its stores, its rules, what it learns from events, and what workflows
may ask. Decides nothing but which adapter stands behind which port. `composition` hosts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from services.infra.settings import RecommendationsSettings
from services.recommendations.counting.reading import MongoCountReader
from services.recommendations.counting.shelf import MongoShelf
from services.recommendations.counting.steady import SteadyCounts
from services.recommendations.counting.store import MongoCountStore
from services.recommendations.handlers import Purchases, ShelfNotes
from services.recommendations.refreshing.service import ListMaker, RefreshService
from services.recommendations.rules.recommender import Recommender
from services.recommendations.service import RecommendationService
from services.recommendations.store import MongoListStore
from services.shared.clock import Clock
from services.shared.ids import IdFactory
from services.shared.receipts import Handler
from services.shared.refreshing import Refreshing
from workers.owed_drops import OwedDrops
from workers.owing import owing_names, owing_purchases

PURCHASES: Final = "purchases"
SHELF: Final = "shelf"
"""The consumers by which recommendations learn what is bought, and what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the service is put together from."""

    settings: RecommendationsSettings
    database: Database
    outbox: Outbox
    clock: Clock
    ids: IdFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """All that it keeps."""

    counts: MongoCountStore
    shelf: MongoShelf
    lists: MongoListStore

    @classmethod
    def of(cls, database: Database, outbox: Outbox) -> "Stores":
        return cls(counts=MongoCountStore(database), shelf=MongoShelf(database), lists=MongoListStore(database, outbox))

    async def prepare(self) -> None:
        """Makes all collections and indexes. Idempotent."""
        for store in (self.counts, self.shelf, self.lists):
            await store.prepare()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommending:
    """The service: its face, and what workflows ask."""

    stores: Stores
    face: RecommendationService
    steps: RefreshService

    @classmethod
    def of(cls, world: World) -> "Recommending":
        database, clock, rules = world.database, world.clock, Recommender()
        stores = Stores.of(database, world.outbox)
        counts = SteadyCounts(MongoCountReader(database), clock, age_of(world.settings))
        face = RecommendationService(counts, stores.lists, rules, clock, timedelta(hours=world.settings.rest_hours))
        maker = ListMaker(counts, stores.lists, rules, clock, world.ids)
        return cls(stores=stores, face=face, steps=RefreshService(maker, face.recommend_to, counts, stores.counts))


def handlers_of(
    stores: Stores, refreshing: Refreshing, owed: OwedDrops, settings: RecommendationsSettings
) -> Mapping[str, Handler]:
    """What it does about events, by the name of the consumer."""
    age = age_of(settings)
    return {
        PURCHASES: owing_purchases(Purchases(stores.counts, refreshing), owed, PURCHASES, age),
        SHELF: owing_names(ShelfNotes(stores.shelf), owed, SHELF, age),
    }


def age_of(settings: RecommendationsSettings) -> timedelta:
    """How old counts of the shop may be from which answers are made."""
    return timedelta(seconds=settings.counts_age)
