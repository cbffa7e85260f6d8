"""What goes into and comes out of `FanOutNotification`. Values only; a field may be added with a default, never removed
or renamed, because running workflows hold old ones.
"""

from dataclasses import dataclass

from services.shared.events import Event
from workflows.campaigns import CampaignInput


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutInput:
    """Of what people are to be told: exactly one of the three is there.

    Attributes:
        event: its messages are made, one a recipient and channel, and sent.
        messages: ids of messages that are QUEUED again; they are sent.
        campaign: its audience is taken and told.
        colocated: the services in the same process as the worker of the workflow's queue (see `placement`).
    """

    event: Event | None = None
    messages: tuple[str, ...] = ()
    campaign: CampaignInput | None = None
    colocated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutResult:
    """How many messages came to what. All zero: nobody is to be told."""

    sent: int = 0
    skipped: int = 0
    failed: int = 0
