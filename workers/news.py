"""What gateways are told of events: which kept answers are void, then that something has changed. Keeps nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.infra.notices import Changed
from services.shared.receipts import Delivery, Handler, Outcome
from workers.cache_drops import CacheDrops
from workers.live_notices import LiveNotices


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Both ways to the gateways."""

    drops: CacheDrops
    live: LiveNotices

    def of(self, consumer: str, kind: Changed) -> Handler:
        """The handler of a consumer whose events are both. Who hears a notice and asks is given nothing older."""
        return _InTurn(self.drops.of(consumer), self.live.of(kind))


class _InTurn:
    """Offers Handler: two effects of each event, the second once the first has happened. Keeps no receipts."""

    def __init__(self, first: Handler, second: Handler) -> None:
        self._first = first
        self._second = second

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Raises what either raises."""
        await self._first.handle(deliveries)
        return await self._second.handle(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        await self._first.preview(delivery)
        return await self._second.preview(delivery)
