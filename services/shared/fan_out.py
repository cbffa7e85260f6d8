"""The seam between consumers of events and the workflows that tell people of them. Knows neither Kafka nor Temporal.

What is told, to whom and by which channel the notifications' service decides, not whoever starts it.
"""

from collections.abc import Sequence
from typing import Protocol

from services.shared.events import Event


class FanOut(Protocol):
    """Starts workflows `FanOutNotification`. Returns when they are known to the engine, not when a mail is sent."""

    async def tell_of(self, events: Sequence[Event]) -> None:
        """One workflow for each event, `notification/<event id>`. Of an event whose workflow runs or has ended well
        none is started again, so repeating it has no effect; one that failed is started anew.

        Raises:
            Unavailable: the engine is away; some may have been started. Repeat all.
        """
        ...

    async def send_again(self, cause: str, message_ids: Sequence[str]) -> None:
        """A workflow `notification/<cause>` that queues messages which FAILED again and sends them, each on its lane.

        Args:
            cause: the id of the event that told of the failure; while its workflow runs, and when it has ended well,
                no other is started.
            message_ids: what was sent since, or waits already, is not harmed.

        Raises:
            Unavailable: as above.
        """
        ...
