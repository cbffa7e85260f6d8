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
        """A workflow `notification/<cause>` that sends messages which are QUEUED again, on the lane of each.

        Args:
            cause: the id of the event that told of the failure; the same cause starts one workflow only.
            message_ids: of rows that the caller has made QUEUED.

        Raises:
            Unavailable: as above.
        """
        ...
