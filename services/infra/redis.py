"""Redis: one client a process, with short timeouts: who asks it has something else to do when it is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from services.infra.metrics.pools import Pool, PoolMetrics
from services.infra.metrics.redis_pool import CountedPool
from services.infra.settings import RedisSettings
from services.shared.errors import Unavailable

DEPENDENCY: Final = "redis"
ANSWER_WITHIN: Final = 1.0
"""Seconds for a connection, and for an answer."""
CONNECTIONS: Final = 16
"""A command takes well below a millisecond; who finds none free waits for one, instead of opening hundreds."""


def connect(settings: RedisSettings, counted: Pool | None = None) -> Redis:
    """A client; it connects on first use and again whenever the server is back. It never tries twice by itself.

    `counted` gets its pool's numbers.
    """
    pool: CountedPool = CountedPool.from_url(
        settings.url,
        counted=counted or PoolMetrics().pool(DEPENDENCY, CONNECTIONS),
        max_connections=CONNECTIONS,
        timeout=ANSWER_WITHIN,
        socket_timeout=ANSWER_WITHIN,
        socket_connect_timeout=ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)


async def ping(redis: Redis) -> None:
    """Asks whether it is there, on a new connection: one from before a restart tells nothing. Raises Unavailable."""
    with unavailable_when_away():
        await redis.connection_pool.disconnect(inuse_connections=False)
        await redis.ping()


@contextmanager
def unavailable_when_away() -> Iterator[None]:
    """Turns a failure of Redis into Unavailable."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as failure:
        raise Unavailable(DEPENDENCY, type(failure).__name__) from failure
