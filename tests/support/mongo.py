"""A MongoDB to test stores against: the one of CARAVAN_MONGO__URL, else a SecantusDB started once a session."""

import itertools
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pymongo
import pytest
from pymongo.errors import PyMongoError

from services.infra.mongo import Database, connect
from services.infra.settings import MongoSettings

READY_WITHIN = 30.0
STOPS_WITHIN = 10.0
NAMES = itertools.count(1)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server with transactions."""
    given = os.environ.get("CARAVAN_MONGO__URL")
    if given:
        yield given
        return
    with running_server(tmp_path_factory.mktemp("mongo")) as url:
        yield url


@contextmanager
def running_server(home: Path, *flags: str) -> Iterator[str]:
    """A SecantusDB on this folder, by its URL; stopped in the end."""
    port = free_port()
    url = f"mongodb://127.0.0.1:{port}"
    with _server(port, home, flags) as server:
        try:
            _wait_until_answering(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(STOPS_WITHIN)


def _server(port: int, home: Path, flags: Sequence[str]) -> subprocess.Popen[bytes]:
    program = Path(sysconfig.get_path("scripts")) / "secantusd-py"
    options = ["--port", str(port), "--storage-path", str(home), "--sync-on-commit", "--log-level", "WARNING"]
    return subprocess.Popen([program, *options, *flags], cwd=home)


def _wait_until_answering(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    with pymongo.MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=250) as client:
        while server.poll() is None and time.monotonic() < deadline:
            try:
                client.admin.command("ping")
            except PyMongoError:
                continue
            return
    raise AssertionError("the test database did not come up")


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[Database]:
    """An empty database of the test's own, gone after it."""
    client = connect(MongoSettings(url=mongo_url))
    name = f"caravan_test_{os.getpid()}_{next(NAMES)}"
    yield Database(client, name)
    # The embedded server drops an index entry by entry, each by a search: seconds for a full one, nothing for an empty.
    for collection in await client[name].list_collection_names():
        await client[name][collection].delete_many({})
    await client.drop_database(name)
    client.close()
