"""What this process has just committed, on its way to its relay without a look at the database. Publishes nothing.

An event goes at once only if all earlier ones of its aggregate are known to have gone. Whatever is not sure waits for
the relay's next look: that is the truth, and this the short cut.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from services.infra.outbox.events import Aggregate, aggregate_of
from services.infra.outbox.rows import told_in
from services.infra.transaction import Write
from services.shared.events import Event
from services.shared.recent import Recent

MOST: Final = 10_000
"""Events that wait in memory, and aggregates whose last event is remembered; what is beyond is looked up."""


class HandOver:
    """The events of one service's process between their commit and its relay.

    `needs_look` says that not all of them are here. Whoever looks resets it first.
    """

    def __init__(self) -> None:
        self._queue: deque[Event] = deque()
        self._gone: Recent[int] = Recent(MOST)
        self._heard: Recent[str] = Recent(MOST)
        self.needs_look = True

    def __len__(self) -> int:
        return len(self._queue)

    def take_in(self, writes: Sequence[Write]) -> int:
        """Queues the events of a transaction that has taken effect; answers how many there were."""
        rows = told_in(writes)
        events = [row.event for row in rows if row.event is not None]
        for row in rows:
            self._heard.keep(row.id, row.id)
        if len(events) < len(rows) or len(self._queue) + len(events) > MOST:
            self._queue.clear()
            self.needs_look = True
        else:
            self._queue.extend(events)
        return len(rows)

    def has_heard_of(self, event_id: str) -> bool:
        """Whether this process has committed it, lately."""
        return self._heard.look(event_id) is not None

    def next_batch(self, most: int) -> list[Event]:
        """Takes out the next events that may go at once, in their order."""
        batch: list[Event] = []
        ahead: dict[Aggregate, int] = {}
        while self._queue and len(batch) < most:
            event = self._queue.popleft()
            aggregate = aggregate_of(event)
            last = ahead.get(aggregate) or self._gone.look(aggregate) or 0
            if event.sequence == last + 1:
                batch.append(event)
                ahead[aggregate] = event.sequence
            elif event.sequence > last:
                self.needs_look = True
        return batch

    def note_gone(self, events: Sequence[Event]) -> None:
        """These were published or put aside; the next ones of their aggregates may follow."""
        for event in events:
            aggregate = aggregate_of(event)
            self._gone.keep(aggregate, max(event.sequence, self._gone.look(aggregate) or 0))

    def forget(self) -> None:
        """Nothing is sure any more: another relay may have published meanwhile, or a send has failed."""
        self._queue.clear()
        self._gone = Recent(MOST)
        self.needs_look = True
