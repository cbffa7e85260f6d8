"""How far a relay is behind, as its gauges say it: how many events wait, and since when. Publishes nothing."""

from datetime import datetime

from services.infra.outbox import metrics
from services.shared.clock import Clock
from services.shared.events import Event


class Standing:
    """One relay's gauges. One that does not publish shows nothing that waits: the one that does shows it."""

    def __init__(self, service: str, clock: Clock) -> None:
        self._clock = clock
        self._waiting = metrics.WAITING.labels(service)
        self._age = metrics.OLDEST.labels(service)
        self._parked = metrics.PARKED.labels(service)
        self._lease = metrics.LEASE_HELD.labels(service)
        self._oldest: datetime | None = None
        self._count = 0

    def publishes(self, *, held: bool) -> None:
        """Whether this relay is the one that publishes."""
        self._lease.set(held)
        if not held:
            self.is_done(waiting=0)

    def more(self, count: int) -> None:
        """So many were committed."""
        self.are_waiting(self._count + count)

    def less(self, count: int) -> None:
        """So many have gone."""
        self.are_waiting(max(0, self._count - count))

    def at_least(self, count: int) -> None:
        """So many wait for certain."""
        self.are_waiting(max(self._count, count))

    def are_waiting(self, count: int) -> None:
        """So many wait."""
        self._count = count
        self._waiting.set(count)

    def are_parked(self, count: int) -> None:
        """So many are parked."""
        self._parked.set(count)

    def oldest_is(self, event: Event | None) -> None:
        """This one is the next to go."""
        self._oldest = event.time if event is not None else self._oldest
        self.grow_older()

    def grow_older(self) -> None:
        """Some time has gone by."""
        waited = (self._clock.now() - self._oldest).total_seconds() if self._oldest is not None else 0
        self._age.set(max(0, waited))

    def is_done(self, waiting: int) -> None:
        """All has gone but for so many that were committed just now."""
        self._oldest = None
        self.are_waiting(waiting)
        self._age.set(0)
