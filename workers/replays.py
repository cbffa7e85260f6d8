"""Replays as a process counts them: by consumer and what came of each letter. Applies nothing itself."""

from collections.abc import Mapping

from prometheus_client import Counter

from activities.replays import ReplayActivities
from services.shared.replays import Applier, Preview, RawRecord, Replayed

REPLAYED = Counter(
    "caravan_dead_letters_replayed", "Dead letters that were given to their consumer again", ["consumer", "verdict"]
)


class CountedApplier:
    """An applier whose verdicts are counted. One that is asked again after a crash counts as DUPLICATE then."""

    def __init__(self, consumer: str, applier: Applier) -> None:
        self._consumer = consumer
        self._applier = applier

    async def apply(self, record: RawRecord) -> Replayed:
        """See `Applier.apply`."""
        done = await self._applier.apply(record)
        REPLAYED.labels(self._consumer, done.verdict).inc()
        return done

    async def preview(self, record: RawRecord) -> Preview:
        """See `Applier.preview`."""
        return await self._applier.preview(record)


def replays_of(works: Mapping[str, Mapping[str, Applier]]) -> dict[str, ReplayActivities]:
    """The steps that replay letters, for each service with consumers; `works` are theirs, by service and name."""
    return {
        service: ReplayActivities({name: CountedApplier(name, applier) for name, applier in appliers.items()})
        for service, appliers in works.items()
        if appliers
    }
