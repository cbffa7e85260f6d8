"""Records as events: reads them, has a handler act on them, answers with outcome or failure. Knows no offset.

The same for records that a topic brings and for those that are replayed to one consumer.
"""

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from services.infra.consuming.failures import failure_of
from services.infra.consuming.work import Received
from services.infra.kafka.records import event_of
from services.shared.clock import Clock
from services.shared.errors import Invalid, Refused, Unavailable
from services.shared.events import Event
from services.shared.receipts import Delivery, Handler, Outcome, Receipt
from services.shared.replays import Disposition, Failure, Preview, Prospect, RawRecord, Replayed, Verdict

LARGEST_RECORD: Final = 256 * 1024
"""Bytes of value and headers: no event of ours comes near it, so what is larger is none."""

Check = Callable[[Event, str], None]
"""Passes an event of a topic that may be acted on; raises Refused."""

VERDICTS: Final = {
    Outcome.APPLIED: Verdict.APPLIED,
    Outcome.DUPLICATE: Verdict.DUPLICATE,
    Outcome.SUPERSEDED: Verdict.SUPERSEDED,
}
PROSPECTS: Final = {
    Outcome.APPLIED: Prospect.WOULD_APPLY,
    Outcome.DUPLICATE: Prospect.ALREADY_APPLIED,
    Outcome.SUPERSEDED: Prospect.SUPERSEDED,
}

log = structlog.get_logger(__name__)


class EventWork:
    """One consumer's way from record to effect. Offers Work, and Applier for replays."""

    def __init__(self, consumer: str, handler: Handler, check: Check, clock: Clock) -> None:
        self._consumer = consumer
        self._handler = handler
        self._check = check
        self._clock = clock

    async def attempt(self, received: Sequence[Received]) -> Sequence[Outcome | Failure | None]:
        """See Work. All deliveries go to the handler at once; when that fails, each has to be tried alone."""
        read = [self._read(each.record) for each in received]
        deliveries = [each for each in read if isinstance(each, Delivery)]
        handled = iter(await self._handled(deliveries, alone=len(received) == 1))
        return [next(handled) if isinstance(each, Delivery) else each for each in read]

    async def apply(self, record: RawRecord) -> Replayed:
        """See Applier."""
        read = self._read(record)
        if isinstance(read, Failure):
            return Replayed(verdict=Verdict.FAILED, failure=read)
        (answer,) = await self._handled([read], alone=True)
        if isinstance(answer, Outcome):
            return Replayed(verdict=VERDICTS[answer])
        return Replayed(verdict=Verdict.FAILED, failure=answer)

    async def preview(self, record: RawRecord) -> Preview:
        """See Applier."""
        read = self._read(record)
        if isinstance(read, Failure):
            return Preview(prospect=Prospect.WOULD_FAIL, failure=read)
        try:
            return Preview(prospect=PROSPECTS[await self._handler.preview(read)])
        except Unavailable:
            raise
        except Exception as failure:  # noqa: BLE001 (whatever it is, it is what would come of it)
            return Preview(prospect=Prospect.WOULD_FAIL, failure=failure_of(failure))

    def _read(self, record: RawRecord) -> Delivery | Failure:
        try:
            _check_size(record)
            event = event_of(record)
            _check_key(record, event)
        except Invalid as failure:
            return failure_of(failure, Disposition.POISON)
        try:
            self._check(event, record.topic)
        except Refused as failure:
            return failure_of(failure, Disposition.PERMANENT)
        return Delivery(event=event, receipt=Receipt(consumer=self._consumer, event_id=event.id, at=self._clock.now()))

    async def _handled(self, deliveries: Sequence[Delivery], *, alone: bool) -> Sequence[Outcome | Failure | None]:
        if not deliveries:
            return ()
        try:
            return await self._handler.handle(deliveries)
        except Unavailable:
            raise
        except Exception as failure:
            if not alone:
                log.info("tried together in vain", consumer=self._consumer, failure=type(failure).__name__)
                return [None] * len(deliveries)
            told = deliveries[0].event
            log.warning(
                "handler failed",
                consumer=self._consumer,
                event_id=told.id,
                event_type=told.type,
                correlation_id=told.origin.correlation_id,
                failure=type(failure).__name__,
                exc_info=not isinstance(failure, Refused),
            )
            return [failure_of(failure)]


def _check_key(record: RawRecord, event: Event) -> None:
    """Records come in the order of their key and effects are counted by subject. Raises Invalid."""
    if record.key != event.subject.encode():
        raise Invalid("the key is not the subject", ("key",))


def _check_size(record: RawRecord) -> None:
    """Raises Invalid."""
    size = len(record.value or b"") + sum(len(name) + len(value or b"") for name, value in record.headers)
    if size > LARGEST_RECORD:
        raise Invalid("larger than any event", ("value",))
