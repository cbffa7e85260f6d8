"""Campaigns as MongoDB documents and back: the collection's validator and indexes, and how its counts grow."""

from typing import Any, Final

from services.infra.mongo import WHOLE, Document, Keys
from services.infra.transaction import Write, changed
from services.notifications.campaigns.models import (
    Campaign,
    CampaignAudience,
    CampaignContent,
    CampaignStatus,
    place_of,
)
from services.notifications.campaigns.ports import CampaignChange, Enrolment
from services.notifications.models import NotificationCategory

COLLECTION: Final = "campaigns"
CONTENT: Final = ("subject", "body")
"""What a list does not read."""

COUNTS: Final = ("recipients", "sent", "skipped", "failed")
SAME: Final = (
    *("name", "created_at", "created_by", "scheduled_for", "started_at", "finished_at", "paused"),
    *(*COUNTS, "taken_up_to", "is_taken"),
)
"""Fields that a campaign and its document have alike."""

INDEXES: Final[dict[str, Keys]] = {"newest": [("place", -1)]}

TEXT: Final[Document] = {"bsonType": "string"}
MAYBE_MOMENT: Final[Document] = {"bsonType": ["date", "null"]}
FLAG: Final[Document] = {"bsonType": "bool"}
COUNT: Final[Document] = {**WHOLE, "minimum": 0}
VALIDATOR: Final[Document] = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id", "place", "category", "audience", "status", *SAME, *CONTENT],
        "properties": {
            **dict.fromkeys(("_id", "place", "name", "created_by", "taken_up_to", *CONTENT), TEXT),
            "category": {"enum": [category.value for category in NotificationCategory]},
            "audience": {"enum": [audience.value for audience in CampaignAudience]},
            "status": {"enum": [status.value for status in CampaignStatus]},
            "created_at": {"bsonType": "date"},
            **dict.fromkeys(("scheduled_for", "started_at", "finished_at"), MAYBE_MOMENT),
            **dict.fromkeys(("paused", "is_taken", "personal"), FLAG),
            **dict.fromkeys(COUNTS, COUNT),
        },
    }
}


def campaign_document(campaign: Campaign, content: CampaignContent) -> Document:
    """The whole of it."""
    return {
        "_id": campaign.id,
        "place": place_of(campaign),
        "category": campaign.category.value,
        "audience": campaign.audience.value,
        "status": campaign.status.value,
        **{name: getattr(campaign, name) for name in SAME},
        "personal": campaign.personal,
        "subject": content.subject,
        "body": content.body,
    }


def campaign_from(document: Document) -> Campaign:
    """The campaign back."""
    kept: dict[str, Any] = {name: document[name] for name in SAME}
    return Campaign(
        id=document["_id"],
        category=NotificationCategory(document["category"]),
        audience=CampaignAudience(document["audience"]),
        status=CampaignStatus(document["status"]),
        # Those that were made before there were personal ones say nothing of it.
        personal=document.get("personal", False),
        **kept,
    )


def change_document(change: CampaignChange) -> Document:
    """The fields that change."""
    fields: Document = {
        "status": change.status.value if change.status else None,
        "paused": change.paused,
        "started_at": change.started_at,
        "finished_at": change.finished_at,
    }
    return {name: value for name, value in fields.items() if value is not None}


def counted(campaign_id: str, *, sent: int = 0, skipped: int = 0, failed: int = 0) -> Write:
    """That so many more messages of a campaign have come to an end: written together with what says so of each."""
    grown = {name: count for name, count in (("sent", sent), ("skipped", skipped), ("failed", failed)) if count}
    return changed(COLLECTION, {"_id": campaign_id}, {"$inc": grown})


def enrolment_change(enrolment: Enrolment) -> Document:
    """What of a campaign changes with a page of its audience."""
    return {
        "$set": {"taken_up_to": enrolment.taken_up_to, "is_taken": enrolment.is_last},
        "$inc": {"recipients": len(enrolment.messages)},
    }
