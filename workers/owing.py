"""Consumers whose effects answers are made from: what kept answers show of them is owed afterwards. Drops nothing."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from services.shared.events import Event
from services.shared.receipts import Delivery, Handler, Outcome
from workers.event_tags import counts_of_goods, lists_of_buyers, words_of_reasons
from workers.owed_drops import OwedDrops


class Owing:
    """Offers Handler: another's effects, each followed by what is owed for it."""

    def __init__(self, effect: Handler, owe: Callable[[Sequence[Event]], None]) -> None:
        self._effect = effect
        self._owe = owe

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Raises what the effect raises. Some of it may have happened even then."""
        try:
            return await self._effect.handle(deliveries)
        finally:
            self._owe([delivery.event for delivery in deliveries])

    async def preview(self, delivery: Delivery) -> Outcome:
        return await self._effect.preview(delivery)


def owing_purchases(effect: Handler, owed: OwedDrops, consumer: str, age: timedelta) -> Handler:
    """Of the consumer that counts orders. `age` is how old counts may be from which answers are made."""

    def owe(events: Sequence[Event]) -> None:
        if lists := lists_of_buyers(events):
            since = min(event.time for event in events)
            owed.owe(consumer, lists, since)
            owed.owe(consumer, counts_of_goods(events), since, later=age.total_seconds())

    return Owing(effect, owe)


def owing_names(effect: Handler, owed: OwedDrops, consumer: str, age: timedelta) -> Handler:
    """Of the consumer that knows products by name. `age` as above."""

    def owe(events: Sequence[Event]) -> None:
        if words := words_of_reasons(events):
            owed.owe(consumer, words, min(event.time for event in events), later=age.total_seconds())

    return Owing(effect, owe)
