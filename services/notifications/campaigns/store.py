"""Campaigns in MongoDB. Owns the collection `campaigns`, and stores an audience's messages with its place. No rules.

`status`, `recipients`, `sent`, `skipped` and `failed` are stable names: the
invariants are checked on them.
"""

from collections.abc import Sequence

from pymongo import ReturnDocument

from services.infra.mongo import Database, unavailable_when_away
from services.infra.transaction import added, changed
from services.notifications.campaigns.documents import (
    COLLECTION,
    CONTENT,
    INDEXES,
    VALIDATOR,
    campaign_document,
    campaign_from,
    change_document,
    enrolment_change,
)
from services.notifications.campaigns.models import Campaign, CampaignContent, CampaignStatus
from services.notifications.campaigns.ports import CampaignChange, Enrolment
from services.notifications.documents import MESSAGES, message_document

WITHOUT_CONTENT = dict.fromkeys(CONTENT, 0)


class MongoCampaignStore:
    """The CampaignStore of a running system."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._campaigns = database.collection(COLLECTION)

    async def prepare(self) -> None:
        """Makes the collection, its validator and its index, or brings them up to date. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(COLLECTION, VALIDATOR)
            for name, keys in INDEXES.items():
                await self._database.ensure_index(COLLECTION, name, keys)

    async def insert(self, campaign: Campaign, content: CampaignContent) -> Campaign:
        """See `CampaignStore.insert`."""
        if await self._database.insert_new(self._campaigns, campaign_document(campaign, content)):
            return campaign
        return (await self.by_ids([campaign.id]))[0]

    async def by_ids(self, ids: Sequence[str]) -> tuple[Campaign, ...]:
        """See `CampaignStore.by_ids`."""
        with unavailable_when_away():
            found = await self._campaigns.find({"_id": {"$in": list(ids)}}, WITHOUT_CONTENT).to_list(None)
        return tuple(campaign_from(document) for document in found)

    async def content_of(self, campaign_id: str) -> CampaignContent | None:
        """See `CampaignStore.content_of`."""
        with unavailable_when_away():
            found = await self._campaigns.find_one({"_id": campaign_id}, dict.fromkeys(CONTENT, 1))
        return CampaignContent(subject=found["subject"], body=found["body"]) if found else None

    async def page(self, before: str | None, limit: int) -> tuple[Campaign, ...]:
        """See `CampaignStore.page`."""
        wanted = {} if before is None else {"place": {"$lt": before}}
        with unavailable_when_away():
            cursor = self._campaigns.find(wanted, WITHOUT_CONTENT).sort(INDEXES["newest"]).limit(limit)
            found = await cursor.to_list(None)
        return tuple(campaign_from(document) for document in found)

    async def change(
        self, campaign_id: str, among: frozenset[CampaignStatus], change: CampaignChange
    ) -> Campaign | None:
        """See `CampaignStore.change`."""
        wanted = {"_id": campaign_id, "status": {"$in": sorted(among)}}
        with unavailable_when_away():
            found = await self._campaigns.find_one_and_update(
                wanted,
                {"$set": change_document(change)},
                projection=WITHOUT_CONTENT,
                return_document=ReturnDocument.AFTER,
            )
        if found:
            return campaign_from(found)
        return next(iter(await self.by_ids([campaign_id])), None)

    async def enrol(self, campaign: Campaign, enrolment: Enrolment) -> bool:
        """See `CampaignStore.enrol`."""
        wanted = {
            "_id": campaign.id,
            "status": CampaignStatus.RUNNING.value,
            "taken_up_to": campaign.taken_up_to,
            "is_taken": False,
        }
        messages = [added(MESSAGES, message_document(message)) for message in enrolment.messages]
        return await self._database.write_all([*messages, changed(COLLECTION, wanted, enrolment_change(enrolment))])
