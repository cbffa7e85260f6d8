"""The mail server as a channel: what came of handing it one mail, in the words of notifications. Decides no more."""

from services.infra.smtp.envelope import Envelope
from services.infra.smtp.lanes import Lane as SmtpLane
from services.infra.smtp.outcomes import Outcome
from services.infra.smtp.pool import SmtpPool
from services.infra.smtp.verdicts import Verdict
from services.notifications.deliveries import (
    AddressRefused,
    ContentRefused,
    Delivered,
    Delivery,
    LaneRefused,
    OutcomeUnknown,
    TryAgain,
)
from services.notifications.models import Lane, Mail


class SmtpChannel:
    """The MailChannel of a running system. The pool is its owner's to close."""

    def __init__(self, pool: SmtpPool) -> None:
        self._pool = pool

    async def deliver(self, mail: Mail, lane: Lane) -> Delivery:
        """See `MailChannel.deliver`."""
        envelope = Envelope(sender=mail.sender, recipient=mail.to, content=mail.content)
        return delivery_of(await self._pool.send(envelope, SmtpLane(lane.value)))


def delivery_of(outcome: Outcome) -> Delivery:
    """The same in the words of notifications."""
    match outcome.verdict:
        case Verdict.ACCEPTED:
            return Delivered(answer=outcome.text)
        case Verdict.ADDRESS:
            return AddressRefused(detail=outcome.detail)
        case Verdict.CONTENT:
            return ContentRefused(detail=outcome.detail)
        case Verdict.BARRED:
            return LaneRefused(detail=outcome.detail)
        case Verdict.UNKNOWN:
            return OutcomeUnknown(detail=outcome.detail)
        case Verdict.AGAIN | Verdict.SLOWER | Verdict.AWAY:
            away = outcome.verdict is Verdict.AWAY
            return TryAgain(detail=outcome.detail, after=outcome.after, away=away)
