"""MongoDB: `mongod` as a replica set of one, or SecantusDB, which speaks its protocol. Holds no document."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandFailed
from cli.stack.checks import check_mongo
from cli.stack.part import HOST, Launch, Tell, Tier
from cli.stack.site import Site
from cli.stack.tools import Kind, Source, Tools, given
from services.infra.settings import MongoSettings

REPLICA_SET = "caravan"
CACHE_GB = "0.5"
NOT_YET_INITIALIZED = 94
MEMBER = {"_id": 0}


def find_mongo(settings: MongoSettings, tools: Tools) -> Source:
    """The first place that has it; raises CommandFailed that says how to get it."""
    if "url" in settings.model_fields_set:
        return given("CARAVAN_MONGO__URL")
    found = (
        tools.program("mongod", "--version")
        or tools.program("secantusd-rs", "--version")
        or tools.packaged("secantusdb", "secantusd-py")
    )
    if found is None:
        raise CommandFailed(
            "MongoDB is not here: install `caravan[embedded]`, put `mongod` on PATH, or set CARAVAN_MONGO__URL."
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoServer:
    """The databases."""

    source: Source
    address: str
    database_prefix: str
    folder: Path
    name: str = "mongo"
    title: str = "MongoDB"
    tier: Tier = Tier.SERVER

    @classmethod
    def at(cls, site: Site) -> "MongoServer":
        settings = site.settings.mongo
        source = find_mongo(settings, site.tools)
        address = settings.url
        if source.kind is not Kind.ADDRESS:
            address = f"mongodb://{HOST}:{site.ports.take('MongoDB', 27017)}/?directConnection=true"
        return cls(source=source, address=address, database_prefix=settings.database_prefix, folder=site.data / "mongo")

    @property
    def _member(self) -> str:
        return self.address.removeprefix("mongodb://").partition("/")[0]

    @property
    def _is_mongod(self) -> bool:
        return self.source.program is not None and self.source.program.name == "mongod"

    async def launch(self, tell: Tell) -> Launch:  # noqa: ARG002 (a Part)
        program = self.source.program
        if program is None:
            raise CommandFailed("MongoDB's address was given: there is nothing to start.")
        self._keep_to_one_program(program.name)
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        port = self._member.rpartition(":")[2]
        if self._is_mongod:
            options = ["--bind_ip", HOST, "--port", port, "--dbpath", str(data), "--replSet", REPLICA_SET]
            return Launch(argv=(str(program), *options, "--wiredTigerCacheSizeGB", CACHE_GB))
        # Without --sync-on-commit a killed server loses what it has acknowledged.
        options = ["--host", HOST, "--port", port, "--storage-path", str(data), "--sync-on-commit"]
        return Launch(argv=(str(program), *options, "--log-level", "WARNING"))

    def _keep_to_one_program(self, program: str) -> None:
        """The programs do not read each other's files: a folder belongs to the one that wrote it first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        owner = self.folder / "written-by"
        if not owner.exists():
            owner.write_text(program)
        elif (first := owner.read_text()) != program:
            raise CommandFailed(
                f"The data in {self.folder} was written by {first}, and {program} was found now: "
                f"bring {first} back, or start afresh with another folder: --data DIR."
            )

    async def check(self) -> str:
        if self._is_mongod:
            await form_replica_set(self.address, self._member)
        return await check_mongo(self.address, self.database_prefix)

    async def end_abandoned_transactions(self) -> None:
        """Ends what a killed process has left open: for a minute it would hold up every writer of the same documents.

        A server that is away has no transactions either.
        """
        from pymongo import AsyncMongoClient
        from pymongo.errors import PyMongoError

        with suppress(PyMongoError):
            async with AsyncMongoClient[dict[str, object]](self.address, serverSelectionTimeoutMS=2000) as client:
                await client.admin.command("killAllSessions", [])


async def form_replica_set(url: str, member: str) -> None:
    """Makes the server a replica set of one, which transactions need, or moves that set to the port of this start."""
    from pymongo import AsyncMongoClient
    from pymongo.errors import OperationFailure

    async with AsyncMongoClient[dict[str, object]](url, serverSelectionTimeoutMS=2000) as client:
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as failure:
            if failure.code != NOT_YET_INITIALIZED:
                raise
            members = [{**MEMBER, "host": member}]
            await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
            return
        if config["members"][0]["host"] != member:
            moved = {**config, "version": config["version"] + 1, "members": [{**config["members"][0], "host": member}]}
            await client.admin.command("replSetReconfig", moved, force=True)
