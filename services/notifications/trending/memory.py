"""Sales in memory, for tests."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from services.notifications.trending.models import Sales, Trend, weight


class MemoryTrends:
    """Offers Trends."""

    def __init__(self) -> None:
        self._units: Counter[tuple[str, date]] = Counter()

    def count(self, sales: Sequence[Sales]) -> None:
        """Adds them to what is known."""
        for each in sales:
            self._units[each.sku, each.day] += each.units

    async def trending(self, now: datetime, limit: int) -> tuple[Trend, ...]:
        """See `Trends.trending`."""
        scores: defaultdict[str, float] = defaultdict(float)
        for (sku, day), units in self._units.items():
            scores[sku] += units * weight(day, now.date())
        found = [Trend(sku=sku, score=score) for sku, score in scores.items() if score]
        return tuple(sorted(found, key=lambda trend: (-trend.score, trend.sku))[:limit])
