"""What this process made or read a moment ago, so that whoever goes on with it need not read it again. Never the truth:
a claim is, and a moment is all that it is remembered for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notifications.models import Message, Recipient
from services.shared.clock import Clock
from services.shared.recent import Recent

A_MOMENT: Final = timedelta(seconds=1)
"""How old it may be: nobody who has declined something is asked sooner whether it was heeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    message: Message
    recipient: Recipient
    at: datetime


class FreshMessages:
    """Messages that were made just now, with the people whom they are for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._messages: Recent[_Made] = Recent()
        self._people: Recent[_Made] = Recent()

    def keep(self, message: Message, recipient: Recipient) -> None:
        """Remembers both for a moment."""
        made = _Made(message=message, recipient=recipient, at=self._clock.now())
        self._messages.keep(message.id, made)
        self._people.keep(message.id, made)

    def take(self, message_id: str) -> Message | None:
        """The message, once."""
        made = self._fresh(self._messages.take(message_id))
        return made.message if made else None

    def recipient_of(self, message_id: str) -> Recipient | None:
        """Whom the message is for, once."""
        made = self._fresh(self._people.take(message_id))
        return made.recipient if made else None

    def _fresh(self, made: _Made | None) -> _Made | None:
        return made if made and self._clock.now() - made.at < A_MOMENT else None
