"""MongoDB: one client a process, one database handle a service, transactions that retry. Holds no query.

The only module beside the stores that knows motor, so that a change of driver stays small.
"""

import asyncio
import random  # noqa: TID251 (jitter only)
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo.client_session_shared import TransactionOptions
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, OperationFailure, PyMongoError

from services.infra.metrics.mongo_pool import PoolListener
from services.infra.metrics.pools import Pool
from services.infra.settings import MongoSettings
from services.infra.transaction import (
    CHANGE,
    DUPLICATE_KEY,
    READ,
    TRANSIENT,
    WRITE,
    Overtaken,
    Reads,
    Transaction,
    Transactions,
    Write,
)
from services.shared.errors import Unavailable

Document = dict[str, Any]
Session = AsyncIOMotorClientSession
Collection = AsyncIOMotorCollection
Client = AsyncIOMotorClient[Document]
Keys = Sequence[tuple[str, int]]
Result = TypeVar("Result")
Listener = Callable[[Sequence[Write]], None]

NAMESPACE_EXISTS = 48
OTHER_INDEX_OF_THAT_NAME = (85, 86)
MAX_ATTEMPTS = 40
FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.25
CLOSE_WITHIN = 0.5
THREADS = 8
CONNECTIONS = 50
WHOLE: Document = {"bsonType": ["int", "long"]}
"""What a validator says of a whole number: the driver sends small ones as `int`, large ones as `long`."""


def connect(settings: MongoSettings, counted: Pool | None = None) -> Client:
    """A client with timeouts; it connects on first use and again whenever the server is back.

    `counted` gets its pool's numbers.
    """
    user: dict[str, Any] = {}
    if settings.username:
        user = {"username": settings.username, "password": settings.password.get_secret_value()}
    return AsyncIOMotorClient(
        settings.url,
        **user,
        tz_aware=True,
        serverSelectionTimeoutMS=2000,
        connectTimeoutMS=2000,
        socketTimeoutMS=20000,
        maxPoolSize=CONNECTIONS,
        event_listeners=[PoolListener(counted)] if counted else [],
        retryWrites=True,
        w="majority",
        journal=True,
    )


async def close(client: Client) -> None:
    """Closes it, without waiting long to tell a server that is away."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_WITHIN):
            await asyncio.to_thread(client.close)


class Database:
    """One service's database. A service gets its own and no other, so that crossing is impossible."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._database: AsyncIOMotorDatabase[Document] = client[name]
        self._transactions = Transactions(client.delegate, name)
        self._reads = Reads(client.delegate, name)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=name)
        self._listeners: list[Listener] = []

    def collection(self, name: str) -> "AsyncIOMotorCollection[Document]":
        """A handle; nothing is sent."""
        return self._database[name]

    async def ensure_collection(self, name: str, validator: Document | None = None) -> None:
        """Makes the collection with its validator, or brings the validator up to date. Idempotent."""
        with_validator: dict[str, Any] = {"validator": validator} if validator else {}
        try:
            await self._database.create_collection(name, check_exists=False, **with_validator)
        except OperationFailure as failure:
            if failure.code != NAMESPACE_EXISTS:
                raise
            if validator:
                await self._database.command("collMod", name, validator=validator)

    async def ensure_index(self, collection: str, name: str, keys: Keys, **options: Any) -> None:  # noqa: ANN401 (the driver's)
        """Makes the index, or makes it anew when the one of that name has other keys or options. Idempotent."""
        indexed = self._database[collection]
        try:
            await indexed.create_index(keys, name=name, **options)
        except OperationFailure as failure:
            if failure.code not in OTHER_INDEX_OF_THAT_NAME:
                raise
            await indexed.drop_index(name)
            await indexed.create_index(keys, name=name, **options)

    @contextmanager
    def telling(self, listener: Listener) -> Iterator[None]:
        """Meanwhile the listener is told what was written, after each transaction that has taken effect.

        It is told in the event loop and must not wait.
        """
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    async def transact_at_once(self, work: Callable[[Transaction], Result]) -> Result:
        """Runs `work` in one transaction, all of its writes or none, in one trip through a thread.

        It reads before it writes: what only writes is `write_all`.
        A write conflict runs `work` again from its start, after a growing pause; so it must have no
        effect but its writes. An unknown commit is asked for again.

        Raises:
            Unavailable: the server did not answer; what happened is unknown.
            Overtaken: a write did not find what it expected.
        """
        return await self._change_in_thread(work, CHANGE)

    async def write_all(self, writes: Sequence[Write]) -> bool:
        """All of the writes in one transaction. False, and nothing is written, when one was overtaken.

        Raises:
            Unavailable: as in `transact_at_once`.
        """
        try:
            await self._change_in_thread(lambda transaction: transaction.write(writes), WRITE)
        except Overtaken:
            return False
        return True

    async def insert_new(
        self,
        collection: "AsyncIOMotorCollection[Document]",
        document: Document,
    ) -> bool:
        """Adds the document, by one command. False, and nothing is written, when its id or another unique value is
        there already.

        Raises:
            Unavailable: as in `transact_at_once`.
        """
        with unavailable_when_away():
            try:
                await collection.insert_one(document)
            except DuplicateKeyError:
                return False
        return True

    async def insert_missing(
        self, collection: "AsyncIOMotorCollection[Document]", documents: Sequence[Document]
    ) -> int:
        """Adds those of the documents whose ids are not there yet, by one command; answers how many.

        Raises:
            Unavailable: the server did not answer; some may have been added.
        """
        if not documents:
            return 0
        with unavailable_when_away():
            try:
                await collection.insert_many(documents, ordered=False)
            except BulkWriteError as failure:
                return len(documents) - _known_before(failure)
        return len(documents)

    async def read_at_one_moment(self, work: Callable[[Transaction], Result]) -> Result:
        """Runs the reads of `work` on one snapshot: who sees a change sees all that was committed before it.

        Raises:
            Unavailable: the server did not answer.
        """
        with unavailable_when_away():
            result, _ = await self._in_thread(work, READ)
            return result

    @asynccontextmanager
    async def one_moment(self) -> AsyncIterator[Session]:
        """A session that only reads: all of it sees the moment of its first read.

        Raises:
            Unavailable: the server did not answer, or keeps that moment no longer.
        """
        with unavailable_when_away():
            async with await self._client.start_session(snapshot=True) as session:
                yield session

    async def read(self, work: Callable[[Reads], Result]) -> Result:
        """Runs the reads of `work`, each by itself and of what is newest, all in one trip through a thread.

        Raises:
            Unavailable: the server did not answer.
        """
        loop = asyncio.get_running_loop()
        with unavailable_when_away():
            return await loop.run_in_executor(self._threads, work, self._reads)

    async def ping(self) -> None:
        """Raises Unavailable when the server does not answer."""
        with unavailable_when_away():
            await self._database.command("ping")

    async def _change_in_thread(self, work: Callable[[Transaction], Result], options: TransactionOptions) -> Result:
        result, written = await _until_no_conflict(lambda: self._in_thread(work, options))
        self._tell(written)
        return result

    def _tell(self, written: Sequence[Write]) -> None:
        for listener in self._listeners:
            listener(written)

    async def _in_thread(
        self, work: Callable[[Transaction], Result], options: TransactionOptions
    ) -> tuple[Result, Sequence[Write]]:
        def whole(transaction: Transaction) -> tuple[Result, Sequence[Write]]:
            return work(transaction), transaction.written

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._transactions.run, whole, options)


async def _until_no_conflict(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Tries again after a write conflict. Raises Unavailable."""
    pause = FIRST_PAUSE
    for _ in range(MAX_ATTEMPTS):
        try:
            return await attempt()
        except PyMongoError as failure:
            if not failure.has_error_label(TRANSIENT) or isinstance(failure, ConnectionFailure):
                raise Unavailable("database", _kind(failure)) from failure
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (jitter, no secret)
        pause = min(pause * 2, LONGEST_PAUSE)
    raise Unavailable("database", "write conflicts without end")


def _known_before(failure: BulkWriteError) -> int:
    """How many were there already. Raises the failure where it tells of anything else."""
    errors = (failure.details or {}).get("writeErrors", ())
    if not errors or any(error["code"] != DUPLICATE_KEY for error in errors):
        raise failure
    return len(errors)


def _kind(failure: PyMongoError) -> str:
    """What went wrong, in the server's words where it has a name for it; quotes no document."""
    details = failure.details if isinstance(failure, OperationFailure) else None
    return str((details or {}).get("codeName") or type(failure).__name__)


@contextmanager
def unavailable_when_away() -> Iterator[None]:
    """Turns a driver's failure into Unavailable, for reads and single writes outside a transaction."""
    try:
        yield
    except PyMongoError as failure:
        raise Unavailable("database", _kind(failure)) from failure
