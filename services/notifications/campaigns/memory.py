"""Campaigns in memory: the fake of the store, kept to the same contract suite. For tests; forgets everything."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from services.notifications.campaigns.models import Campaign, CampaignContent, CampaignStatus, place_of
from services.notifications.campaigns.ports import CampaignChange, Enrolment
from services.notifications.models import Message, Status


class Messages(Protocol):
    """What is kept of messages in memory: how those of each campaign ended."""

    @property
    def counts(self) -> Mapping[str, Counter[Status]]: ...

    async def insert(self, messages: Sequence[Message]) -> int: ...


class MemoryCampaignStore:
    """A CampaignStore in dicts. Messages are kept by `messages`, which counts how they end."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._campaigns: dict[str, Campaign] = {}
        self._contents: dict[str, CampaignContent] = {}

    async def insert(self, campaign: Campaign, content: CampaignContent) -> Campaign:
        """See `CampaignStore.insert`."""
        self._contents.setdefault(campaign.id, content)
        return self._campaigns.setdefault(campaign.id, campaign)

    async def by_ids(self, ids: Sequence[str]) -> tuple[Campaign, ...]:
        """See `CampaignStore.by_ids`."""
        found = (self._campaigns[each] for each in dict.fromkeys(ids) if each in self._campaigns)
        return tuple(self._counted(each) for each in found)

    async def content_of(self, campaign_id: str) -> CampaignContent | None:
        """See `CampaignStore.content_of`."""
        return self._contents.get(campaign_id)

    async def page(self, before: str | None, limit: int) -> tuple[Campaign, ...]:
        """See `CampaignStore.page`."""
        newest = sorted(self._campaigns.values(), key=place_of, reverse=True)
        found = [self._counted(each) for each in newest if before is None or place_of(each) < before]
        return tuple(found[:limit])

    async def change(
        self, campaign_id: str, among: frozenset[CampaignStatus], change: CampaignChange
    ) -> Campaign | None:
        """See `CampaignStore.change`."""
        found = self._campaigns.get(campaign_id)
        if found is not None and found.status in among:
            fields: dict[str, Any] = {name: getattr(change, name) for name in CampaignChange.__slots__}
            found = replace(found, **{name: value for name, value in fields.items() if value is not None})
            self._campaigns[campaign_id] = found
        return self._counted(found) if found else None

    async def enrol(self, campaign: Campaign, enrolment: Enrolment) -> bool:
        """See `CampaignStore.enrol`."""
        now = self._campaigns.get(campaign.id)
        if now is None or now.status is not CampaignStatus.RUNNING or now.is_taken:
            return False
        if now.taken_up_to != campaign.taken_up_to:
            return False
        await self._messages.insert(enrolment.messages)
        self._campaigns[campaign.id] = replace(
            now,
            taken_up_to=enrolment.taken_up_to,
            is_taken=enrolment.is_last,
            recipients=now.recipients + len(enrolment.messages),
        )
        return True

    def _counted(self, campaign: Campaign) -> Campaign:
        counts = self._messages.counts[campaign.id]
        return replace(campaign, sent=counts[Status.SENT], skipped=counts[Status.SKIPPED], failed=counts[Status.FAILED])
