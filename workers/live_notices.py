"""Live updates: turns events into notices for the gateways. Keeps nothing: whoever misses a notice reads by itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from services.infra.notices import Announcer, Changed, Notice
from services.shared.clock import Clock
from services.shared.errors import Unavailable
from services.shared.events import Event
from services.shared.receipts import Delivery, Handler, Outcome

WORTH_TELLING: Final = timedelta(minutes=1)
"""Older news has been found by the gateways' own looks; a backlog of it is passed over."""

TOLD = Counter("caravan_live_notices_told", "Notices published for the gateways", ["kind"])
LOST = Counter(
    "caravan_live_notices_lost", "Notices that Redis did not take; a look of the gateway heals them", ["kind"]
)

log = structlog.get_logger(__name__)


class LiveNotices:
    """Tells the gateways what events tell."""

    def __init__(self, announcer: Announcer, clock: Clock) -> None:
        self._announcer = announcer
        self._clock = clock

    def of(self, kind: Changed) -> Handler:
        """The handler of the events of such things. It never fails: a late notice is worth nothing."""
        return _Notices(self, kind)

    async def tell(self, events: Sequence[Event], kind: Changed) -> None:
        """Tells of them, each thing once and nothing old. `events` are in the order of each thing's sequence."""
        oldest = self._clock.now() - WORTH_TELLING
        latest = {event.subject: event.sequence for event in events if event.time >= oldest}
        if not latest:
            return
        try:
            await self._announcer.tell(*(Notice(kind=kind, id=of, version=last) for of, last in latest.items()))
        except Unavailable as failure:
            LOST.labels(kind).inc(len(latest))
            log.info("notices lost", kind=kind, count=len(latest), reason=str(failure))
        else:
            TOLD.labels(kind).inc(len(latest))


class _Notices:
    """Offers Handler. Keeps no receipts: a notice that is told twice makes a gateway read once more."""

    def __init__(self, live: LiveNotices, kind: Changed) -> None:
        self._live = live
        self._kind = kind

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        await self._live.tell([delivery.event for delivery in deliveries], self._kind)
        return [Outcome.APPLIED] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        del delivery
        return Outcome.APPLIED
