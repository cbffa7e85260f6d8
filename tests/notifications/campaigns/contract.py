"""What every CampaignStore promises; run against the one in memory and the real one."""

from datetime import timedelta

from services.notifications.campaigns.models import OPEN, CampaignStatus, place_of
from services.notifications.campaigns.ports import CampaignChange, CampaignStore, Enrolment
from services.notifications.models import Source, SourceKind
from services.notifications.ports import MessageStore
from tests.notifications.campaigns.makers import CONTENT, a_campaign
from tests.notifications.makers import MOMENT, a_campaign_message

RUNNING = CampaignChange(status=CampaignStatus.RUNNING, started_at=MOMENT)
SOURCE = Source(kind=SourceKind.CAMPAIGN, id="c1")


def a_page(first: int, count: int, last: str, *, is_last: bool = False) -> Enrolment:
    messages = [a_campaign_message(first + index) for index in range(count)]
    return Enrolment(messages=messages, taken_up_to=last, is_last=is_last)


class CampaignStoreContract:
    """Subclasses offer the fixtures `store` and `messages`, on the same ground."""

    async def test_a_campaign_is_found_as_it_was_with_its_content(self, store: CampaignStore) -> None:
        campaign = a_campaign(scheduled_for=MOMENT + timedelta(days=1))
        assert await store.insert(campaign, CONTENT) == campaign
        assert await store.by_ids(["c1", "c2"]) == (campaign,)
        assert await store.content_of("c1") == CONTENT
        assert await store.content_of("c2") is None

    async def test_a_campaign_that_is_there_stays_as_it_is(self, store: CampaignStore) -> None:
        await store.insert(a_campaign(), CONTENT)
        assert await store.insert(a_campaign(name="Another"), CONTENT) == a_campaign()

    async def test_a_page_has_the_newest_first(self, store: CampaignStore) -> None:
        for name, second in (("c1", 0), ("c3", 2), ("c2", 1), ("c4", 2)):
            await store.insert(a_campaign(name, second), CONTENT)
        first = await store.page(None, 3)
        assert [campaign.id for campaign in first] == ["c4", "c3", "c2"]
        assert [campaign.id for campaign in await store.page(place_of(first[1]), 3)] == ["c2", "c1"]

    async def test_a_change_is_made_only_in_the_states_it_is_for(self, store: CampaignStore) -> None:
        await store.insert(a_campaign(), CONTENT)
        changed = await store.change("c1", frozenset({CampaignStatus.SCHEDULED}), RUNNING)
        assert changed == a_campaign(status=CampaignStatus.RUNNING, started_at=MOMENT)
        ended = CampaignChange(status=CampaignStatus.COMPLETED, finished_at=MOMENT)
        assert await store.change("c1", frozenset({CampaignStatus.CANCELLED}), ended) == changed
        assert await store.change("c2", OPEN, ended) is None

    async def test_an_audience_is_taken_page_by_page(self, store: CampaignStore, messages: MessageStore) -> None:
        await store.insert(a_campaign(), CONTENT)
        campaign = await store.change("c1", OPEN, RUNNING)
        assert campaign
        assert await store.enrol(campaign, a_page(0, 2, "u1"))
        (campaign,) = await store.by_ids(["c1"])
        assert (campaign.recipients, campaign.taken_up_to, campaign.is_taken) == (2, "u1", False)
        assert await store.enrol(campaign, a_page(2, 1, "u2", is_last=True))
        (campaign,) = await store.by_ids(["c1"])
        assert (campaign.recipients, campaign.taken_up_to, campaign.is_taken) == (3, "u2", True)
        assert [each.position for each in sorted(await messages.of_source(SOURCE), key=lambda each: each.position)] == [
            *(0, 1, 2)
        ]

    async def test_a_page_is_taken_once(self, store: CampaignStore, messages: MessageStore) -> None:
        await store.insert(a_campaign(), CONTENT)
        campaign = await store.change("c1", OPEN, RUNNING)
        assert campaign
        assert await store.enrol(campaign, a_page(0, 2, "u1"))
        assert not await store.enrol(campaign, a_page(0, 2, "u1"))
        (found,) = await store.by_ids(["c1"])
        assert found.recipients == 2
        assert len(await messages.of_source(SOURCE)) == 2

    async def test_nobody_is_added_to_a_campaign_that_does_not_run(
        self, store: CampaignStore, messages: MessageStore
    ) -> None:
        await store.insert(a_campaign(), CONTENT)
        campaign = await store.change("c1", OPEN, RUNNING)
        assert campaign
        await store.change("c1", OPEN, CampaignChange(status=CampaignStatus.CANCELLED))
        assert not await store.enrol(campaign, a_page(0, 1, "u0"))
        assert await messages.of_source(SOURCE) == ()
