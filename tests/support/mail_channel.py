"""A channel without a network: takes all mails, until a test says otherwise. Keeps the port's contract."""

from collections.abc import Callable
from dataclasses import dataclass, field

from services.notifications.deliveries import Delivered, Delivery, OutcomeUnknown
from services.notifications.models import Lane, Mail


@dataclass(slots=True)
class ScriptedChannel:
    """Offers MailChannel. `answer` says what comes of a mail, None for a mail that is taken; `taken` are those."""

    answer: Callable[[Mail, Lane], Delivery | None] = lambda _mail, _lane: None
    taken: list[tuple[Lane, Mail]] = field(default_factory=list)

    async def deliver(self, mail: Mail, lane: Lane) -> Delivery:
        """See `MailChannel.deliver`. A mail whose outcome is unknown was taken: the worse of the two cases."""
        delivery = self.answer(mail, lane) or Delivered(answer="kept")
        if isinstance(delivery, Delivered | OutcomeUnknown):
            self.taken.append((lane, mail))
        return delivery
