"""Both sides of the counts in MongoDB as one object, for the contract suites."""

from services.infra.mongo import Database
from services.recommendations.counting.reading import MongoCountReader
from services.recommendations.counting.store import MongoCountStore


class MongoCounts(MongoCountStore, MongoCountReader):
    """Offers CountStore and CountReader on one database."""

    def __init__(self, database: Database) -> None:
        MongoCountStore.__init__(self, database)
        MongoCountReader.__init__(self, database)
