"""The part of the composition root that builds the response cache: where answers are kept, and under which names."""

import random  # noqa: TID251 (which answers are made anew a little earlier, and which are checked)
from dataclasses import dataclass
from typing import Final

from graphql import GraphQLSchema

from gateway.caching.keys import AnswerKeys
from gateway.caching.metrics import CacheMetrics
from gateway.caching.ports import ResponseCache
from gateway.caching.serving import CachedAnswers
from gateway.caching.shadow import Shadow
from gateway.limits.ports import Budget
from gateway.throttle.ports import Counters
from services.infra.settings import Settings

CHANCE: Final = random.random
"""Nobody gains by foretelling it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where the gateway counts and keeps answers, where that is not Redis, and by what it counts what callers spend."""

    budget: Budget | None = None
    counters: Counters | None = None
    responses: ResponseCache | None = None


def cached_of(
    settings: Settings, schema: GraphQLSchema, cache: ResponseCache, metrics: CacheMetrics
) -> CachedAnswers | None:
    """None where answers are not to be kept. Connects to nothing yet."""
    if not settings.cache.enabled:
        return None
    return CachedAnswers(
        schema=schema,
        cache=cache,
        keys=AnswerKeys(settings.identity.private_key, schema),
        settings=settings.cache,
        shadow=Shadow(cache, settings.cache.checked, metrics, CHANCE),
        metrics=metrics,
    )
