"""The blocking driver, in a thread: reads, and transactions whose writes take effect together.

Knows no retry and no event loop (`services.infra.mongo`), no query. One trip through a thread costs the process half
of what a trip for each command does.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

from pymongo import InsertOne, MongoClient, ReplaceOne, UpdateMany
from pymongo.client_session import ClientSession
from pymongo.client_session_shared import TransactionOptions
from pymongo.errors import BulkWriteError, ClientBulkWriteException, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.results import BulkWriteResult, ClientBulkWriteResult
from pymongo.write_concern import WriteConcern

from services.shared.errors import Unavailable

Document = dict[str, Any]
Operation = InsertOne[Document] | ReplaceOne[Document] | UpdateMany
Result = TypeVar("Result")
Order = Sequence[tuple[str, int]]

DUPLICATE_KEY = 11000
WRITE_CONFLICT = 112
TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
COMMIT_ATTEMPTS = 3
SNAPSHOT = ReadConcern("snapshot")
DURABLE = WriteConcern(w="majority", j=True)
UNCONFIRMED = WriteConcern(w=1)
CHANGE = TransactionOptions(read_concern=SNAPSHOT, write_concern=DURABLE)
READ = TransactionOptions(read_concern=SNAPSHOT, write_concern=UNCONFIRMED)
WRITE = TransactionOptions(write_concern=DURABLE)
"""Kinds of transactions. What only writes names no read concern: a server may not know one for its only command."""
SEVERAL_COLLECTIONS = 25
"""The wire version of MongoDB 8.0, the first that writes to several collections by one command."""


class Overtaken(Unavailable):
    """A write did not find what it expected: another writer was first. Nothing is written; it may be tried again."""

    def __init__(self) -> None:
        super().__init__("database", "another writer was first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write, and what it expects.

    Attributes:
        changes: that many documents are there to change.
        is_new: the document cannot be there yet; if it is, that is a defect and nobody was first.
    """

    collection: str
    operation: Callable[..., Operation]
    arguments: tuple[Document, ...]
    changes: int = 0
    is_new: bool = False


def added(collection: str, document: Document, *, is_new: bool = False) -> Write:
    """A further document."""
    return Write(collection=collection, operation=InsertOne, arguments=(document,), is_new=is_new)


def replaced(collection: str, wanted: Document, document: Document) -> Write:
    """Another document in the place of the one that is wanted."""
    return Write(collection=collection, operation=ReplaceOne, arguments=(wanted, document), changes=1)


def put(collection: str, wanted: Document, document: Document) -> Write:
    """The document in the place of the one that is wanted, or a further one where there is none."""
    return Write(
        collection=collection, operation=partial(ReplaceOne, upsert=True), arguments=(wanted, document), changes=1
    )


def changed(collection: str, wanted: Document, change: Document, count: int = 1) -> Write:
    """A change of all that are wanted, `count` of them."""
    return Write(collection=collection, operation=UpdateMany, arguments=(wanted, change), changes=count)


def raised(collection: str, wanted: Document, numbers: Document, first: Document) -> Write:
    """Numbers added to those of the one that is wanted; where there is none, one with them and what it has at first."""
    change = {"$inc": numbers, "$setOnInsert": first}
    return Write(
        collection=collection, operation=partial(UpdateMany, upsert=True), arguments=(wanted, change), changes=1
    )


class Reads:
    """What can be read of one database, outside of a transaction. All of it blocks."""

    def __init__(self, client: MongoClient[Document], database: str) -> None:
        self.client = client
        self.database = database

    def found(
        self,
        collection: str,
        wanted: Document,
        order: Order | None = None,
        limit: int = 0,
        kept: Document | None = None,
    ) -> list[Document]:
        """The documents, of each what is `kept`; in one trip as long as they fit into a message."""
        cursor = self.client[self.database][collection].find(
            wanted, kept, session=self._joined(), sort=order, limit=limit
        )
        return list(cursor.batch_size(limit) if limit else cursor)

    def aggregated(self, collection: str, pipeline: Sequence[Document]) -> list[Document]:
        """The answer of a pipeline."""
        return list(self.client[self.database][collection].aggregate(pipeline, session=self._joined()))

    def _joined(self) -> ClientSession | None:
        """The transaction that a read is a part of; None for one that stands alone."""
        return None


class Transaction(Reads):
    """What can be done inside of one, which begins with the first of it. All of it blocks.

    Attributes:
        has_begun: anything was done.
        written: what was, so far.
    """

    def __init__(self, reads: Reads, session: ClientSession, options: TransactionOptions, *, one_command: bool) -> None:
        super().__init__(reads.client, reads.database)
        self._session = session
        self._options = options
        self._one_command = one_command
        self.has_begun = False
        self.written: list[Write] = []

    def _joined(self) -> ClientSession:
        self._begin(self._options.read_concern)
        return self._session

    def _begin(self, read_concern: ReadConcern | None) -> None:
        if not self.has_begun:
            self._session.start_transaction(read_concern, self._options.write_concern)
            self.has_begun = True

    def write(self, writes: Sequence[Write]) -> None:
        """All of them, in their order. Raises Overtaken."""
        if not writes:
            return
        # One that begins by writing names no read concern: see `WRITE`.
        self._begin(None)
        by_collection = groupby(writes, key=lambda write: write.collection)
        groups = [writes] if self._one_command else [tuple(group) for _, group in by_collection]
        for group in groups:
            with _overtaken_when_there(group):
                result = self._sent(group)
            if result.matched_count + result.upserted_count != sum(write.changes for write in group):
                raise Overtaken
        self.written += writes

    def _sent(self, writes: Sequence[Write]) -> BulkWriteResult | ClientBulkWriteResult:
        if self._one_command:
            named = [
                write.operation(*write.arguments, namespace=f"{self.database}.{write.collection}") for write in writes
            ]
            return self.client.bulk_write(named, session=self._session)
        collection = self.client[self.database][writes[0].collection]
        return collection.bulk_write([write.operation(*write.arguments) for write in writes], session=self._session)


class Transactions:
    """Makes the transactions of one database. `one_command` is asked of the server, once, unless it is given."""

    def __init__(self, client: MongoClient[Document], database: str, *, one_command: bool | None = None) -> None:
        self._client = client
        self._database = database
        self._one_command = one_command

    def run(self, work: Callable[[Transaction], Result], options: TransactionOptions) -> Result:
        """One attempt; what `work` raises undoes it."""
        if self._one_command is None:
            hello = self._client.admin.command("hello")
            self._one_command = hello["maxWireVersion"] >= SEVERAL_COLLECTIONS
        session = self._client.start_session()
        try:
            reads = Reads(self._client, self._database)
            transaction = Transaction(reads, session, options, one_command=self._one_command)
            result = work(transaction)
            if transaction.has_begun:
                _commit(session)
        finally:
            # Aborts what is not committed. When that fails too, the first failure is the one to tell; the server ends
            # what nobody comes back to.
            with suppress(PyMongoError):
                session.end_session()
        return result


def _commit(session: ClientSession) -> None:
    """A commit can be repeated: the server answers with what became of it."""
    for attempt in range(1, COMMIT_ATTEMPTS + 1):
        try:
            session.commit_transaction()
        except PyMongoError as failure:
            if attempt == COMMIT_ATTEMPTS or not failure.has_error_label(UNKNOWN_COMMIT):
                raise
        else:
            return


@contextmanager
def _overtaken_when_there(writes: Sequence[Write]) -> Iterator[None]:
    """Tells a document that is there already, and a conflict, from failures."""
    try:
        yield
    except (BulkWriteError, ClientBulkWriteException) as failure:
        top = getattr(failure, "error", None)
        if isinstance(top, PyMongoError):
            raise top from failure
        for error in (failure.details or {}).get("writeErrors", ()):
            if error["code"] == WRITE_CONFLICT:
                raise PyMongoError("another writer came between", error_labels=[TRANSIENT]) from failure
            if error["code"] == DUPLICATE_KEY and not writes[error.get("idx", error.get("index"))].is_new:
                raise Overtaken from failure
        raise
