"""The numbers of the response cache: where answers come from, and whether kept ones are true. No id in a label."""

from prometheus_client import CollectorRegistry, Counter


class CacheMetrics:
    """Registered once a gateway."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.answers = Counter(
            "caravan_cache_answers",
            "Answers to queries, by root field and where they come from (hit, stale, miss, collapsed, bypass)",
            ["operation", "source"],
            registry=registry,
        )
        self.checked = Counter(
            "caravan_cache_checked",
            "Hits that were computed again to compare them: same, overtaken (dropped soon after) or different",
            ["verdict"],
            registry=registry,
        )
