"""People to send campaigns to, and the service of campaigns among them."""

from collections.abc import Sequence
from datetime import datetime

from services.notifications.campaigns.models import CampaignAudience
from services.notifications.campaigns.ports import AudiencePage, CampaignStore
from services.notifications.campaigns.service import CampaignService
from services.notifications.models import Recipient
from services.shared.clock import Clock
from tests.notifications.rendering.samples import renderer


class Crowd:
    """Offers `Audiences`: everybody belongs to each. `asked` are the places behind which pages were asked for."""

    def __init__(self, people: Sequence[Recipient] = ()) -> None:
        self.people = list(people)
        self.asked: list[str] = []

    async def page(self, audience: CampaignAudience, at: datetime, *, after: str, limit: int) -> AudiencePage:  # noqa: ARG002
        self.asked.append(after)
        found = sorted((each for each in self.people if each.user_id > after), key=lambda each: each.user_id)
        page = found[:limit]
        return AudiencePage(people=page, last=page[-1].user_id if page else after, has_more=len(found) > limit)


def people(count: int) -> list[Recipient]:
    """So many, `u00000`, `u00001` and so on."""
    names = [f"u{index:05d}" for index in range(count)]
    return [Recipient(user_id=name, address=f"{name}@example.org", name=name.upper()) for name in names]


def campaign_service(store: CampaignStore, clock: Clock, crowd: Crowd | None = None) -> CampaignService:
    """The rules on this store; nobody belongs to any audience unless there is a crowd."""
    return CampaignService(store, crowd or Crowd(), renderer(), clock)
