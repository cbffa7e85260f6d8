"""What Redis holds, and how late its drops came: read from Redis and from the services' metrics."""

from dataclasses import dataclass
from typing import Final

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

LATENESS: Final = "caravan_cache_drop_seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is in Redis: keys, and mebibytes."""

    keys: int
    mebibytes: float

    def less(self, before: "Room") -> "Room":
        """What came in addition."""
        return Room(keys=self.keys - before.keys, mebibytes=self.mebibytes - before.mebibytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """From events until nobody is given an older answer, of one consumer: seconds that so many did not exceed."""

    consumer: str
    events: int
    p50: float
    p99: float


async def room_in(redis_url: str) -> Room:
    """Now."""
    async with Redis.from_url(redis_url) as redis:
        used = (await redis.info("memory"))["used_memory"]
        return Room(keys=await redis.dbsize(), mebibytes=used / 2**20)


async def lateness_at(services_url: str) -> list[Lateness]:
    """Since the services began, as their histogram tells: the upper edge of the bucket."""
    async with aiohttp.ClientSession() as http, http.get(f"{services_url}/metrics") as answer:
        families = text_string_to_metric_families(await answer.text())
        samples = [sample for family in families for sample in family.samples]
    buckets: dict[str, list[tuple[float, float]]] = {}
    for sample in samples:
        if sample.name == f"{LATENESS}_bucket":
            buckets.setdefault(sample.labels["consumer"], []).append((float(sample.labels["le"]), sample.value))
    return [_lateness(consumer, sorted(found)) for consumer, found in sorted(buckets.items())]


def _lateness(consumer: str, buckets: list[tuple[float, float]]) -> Lateness:
    events = buckets[-1][1]

    def edge(share: float) -> float:
        return next(upper for upper, count in buckets if count >= share * events)

    return Lateness(consumer=consumer, events=int(events), p50=edge(0.5), p99=edge(0.99))
