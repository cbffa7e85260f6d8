"""Messages to people as the schema shows them: to whom they went, and in plain words why one did not go."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

import graphene

from gateway.context import Info, context_of
from gateway.types.categories import NotificationCategoryType
from gateway.types.common import DateTime, Node, PageInfo, listed
from gateway.types.enums import shown
from services.notifications.models import Lane, Message, MessagePage, Reason, Status


class NotificationStatus(StrEnum):
    """The contract's states."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"


STATUSES: Final = MappingProxyType(
    {status: NotificationStatus("QUEUED" if status is Status.SENDING else status) for status in Status}
)

PLAIN_WORDS: Final = MappingProxyType(
    {
        Reason.EXPIRED: "it was too late for it to be of use",
        Reason.OPTED_OUT: "you do not want messages of this kind",
        Reason.SUPPRESSED: "mail to this address came back before",
        Reason.CANCELLED: "it was called off before it was sent",
        Reason.UNKNOWN_RECIPIENT: "there was no address to send it to",
        Reason.ADDRESS_REFUSED: "the mail server of this address does not know it",
        Reason.CONTENT_REFUSED: "the mail server did not take it",
        Reason.GIVEN_UP: "it could not be delivered in time",
        Reason.OUTCOME_UNKNOWN: "it may or may not have arrived",
    }
)
"""For whom a message was: what the mail server said, and which one it is, is for who runs the shop."""

NotificationStatusType = shown(
    NotificationStatus,
    values={
        "SKIPPED": "Not sent on purpose: opted out, suppressed address, or expired",
        "FAILED": "Given up; a dead letter holds it",
    },
)
NotificationPriorityType = shown(Lane, name="NotificationPriority")
NotificationReasonType = shown(
    Reason,
    values={
        "EXPIRED": "It would have come too late",
        "OPTED_OUT": "Its recipient does not want this category",
        "SUPPRESSED": "Its address is not written to any more",
        "CANCELLED": "Its campaign was cancelled",
        "UNKNOWN_RECIPIENT": "Nobody knows an address of its recipient",
        "ADDRESS_REFUSED": "The mail server refused the address, which is suppressed from now on",
        "CONTENT_REFUSED": "The mail server refused what it says",
        "GIVEN_UP": "It was tried until it expired",
        "OUTCOME_UNKNOWN": "Nobody knows whether the mail server took it; it is not tried again",
    },
    name="NotificationReason",
)


class Notification(graphene.ObjectType):
    """A message to one person."""

    class Meta:
        """Graphene's options."""

        interfaces = (Node,)

    id = graphene.ID(required=True)
    category = graphene.Field(NotificationCategoryType, required=True)
    priority = graphene.Field(NotificationPriorityType, required=True)
    status = graphene.Field(NotificationStatusType, required=True)
    to = graphene.String(required=True)
    subject = graphene.String(required=True)
    template = graphene.String(required=True, description="What it tells of, e.g. order-shipped")
    attempts = graphene.Int(required=True)
    reason = graphene.Field(NotificationReasonType, description="Why it was skipped or failed, for programs")
    detail = graphene.String(description="Why it was skipped or failed")
    queued_at = graphene.Field(DateTime, required=True)
    expires_at = graphene.Field(DateTime, required=True, description="It is not sent later than that")
    sent_at = graphene.Field(DateTime)

    @staticmethod
    def resolve_priority(message: Message, _info: Info) -> Lane:
        """Its lane."""
        return message.lane

    @staticmethod
    def resolve_status(message: Message, _info: Info) -> NotificationStatus:
        """Being sent is waiting, too."""
        return STATUSES[message.status]

    @staticmethod
    def resolve_template(message: Message, _info: Info) -> str:
        """Its name."""
        return message.template.value

    @staticmethod
    def resolve_detail(message: Message, info: Info) -> str | None:
        """To OPS all that is known, why it waits included; to whom it was for in plain words."""
        if context_of(info).signed_in.runs_the_shop:
            return message.detail
        return PLAIN_WORDS[message.reason] if message.reason else None


class NotificationEdge(graphene.ObjectType):
    """A message in its list."""

    cursor = graphene.String(required=True)
    node = graphene.Field(Notification, required=True)


class NotificationConnection(graphene.ObjectType):
    """A page of messages."""

    edges = listed(NotificationEdge)
    page_info = graphene.Field(PageInfo, required=True)

    @staticmethod
    def resolve_page_info(page: MessagePage, _info: Info) -> MessagePage:
        """The page knows where it stands."""
        return page
