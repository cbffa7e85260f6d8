"""The data of notifications' events, by type and version. What is published only ever gains optional fields."""

from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from services.shared.schemas.data import Identifier, Moment, Quantity
from services.shared.schemas.known import EventType


class NotificationData(TypedDict):
    """A message that has come to an end. No address and no words of it: who may know them asks for them."""

    notificationId: Identifier
    userId: Identifier
    category: Literal["SECURITY", "TRANSACTIONAL", "PROMOTIONAL", "RECOMMENDATION"]
    priority: Literal["CRITICAL", "STANDARD"]
    channel: Annotated[str, Field(description="how it travels, e.g. EMAIL")]
    template: Annotated[str, Field(description="what it tells of, e.g. order-confirmed")]
    sourceKind: Literal["EVENT", "CAMPAIGN"]
    sourceId: Annotated[Identifier, Field(description="of the event or the campaign that it comes from")]
    attempts: Annotated[Quantity, Field(description="how often it was tried to send it")]
    unknownAttempts: Annotated[Quantity, Field(description="of how many of those the outcome is unknown")]
    queuedAt: Moment


class NotificationSent(NotificationData):
    """A message that a mail server took."""

    sentAt: Moment


class NotificationEnded(NotificationData):
    """A message that is not sent, and why."""

    reason: Annotated[str, Field(description="e.g. EXPIRED, OPTED_OUT, SUPPRESSED, CANCELLED, GIVEN_UP")]


EVENT_TYPES: Final = (
    EventType(name="notification.sent.v1", data=NotificationSent, told="A mail server took a message."),
    EventType(name="notification.skipped.v1", data=NotificationEnded, told="A message is not sent, on purpose."),
    EventType(name="notification.failed.v1", data=NotificationEnded, told="A message was given up."),
)
