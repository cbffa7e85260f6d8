"""The documents of notifications as facts: messages and campaigns. Reads no database and judges nothing."""

from typing import Final

from cli.invariants.messaging.records import CampaignFact, MessageFact
from services.infra.mongo import Document
from services.notifications.campaigns.models import CampaignStatus
from services.notifications.models import SourceKind, Status

MESSAGE: Final[Document] = dict.fromkeys(
    (
        *("source_kind", "source_id", "correlation_id", "user_id", "channel"),
        *("template", "status", "unknown_attempts", "settled_at"),
    ),
    1,
)
CAMPAIGN: Final[Document] = dict.fromkeys(
    ("status", "paused", "recipients", "sent", "skipped", "failed", "finished_at"), 1
)
"""What is read of each: nothing of a person, no words."""


def message_fact(document: Document) -> MessageFact:
    return MessageFact(
        id=document["_id"],
        source_kind=SourceKind(document["source_kind"]),
        source_id=document["source_id"],
        belongs_to=document["correlation_id"],
        user_id=document["user_id"],
        channel=document["channel"],
        template=document["template"],
        status=Status(document["status"]),
        unknown_attempts=document["unknown_attempts"],
        settled_at=document["settled_at"],
    )


def campaign_fact(document: Document) -> CampaignFact:
    waits = document["status"] == CampaignStatus.SCHEDULED or document["paused"]
    return CampaignFact(
        id=document["_id"],
        status=document["status"],
        is_moving=document["finished_at"] is None and not waits,
        recipients=document["recipients"],
        sent=document["sent"],
        skipped=document["skipped"],
        failed=document["failed"],
        finished_at=document["finished_at"],
    )
