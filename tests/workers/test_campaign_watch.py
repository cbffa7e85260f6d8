"""How far campaigns are: all that run, together, and none that has ended or has not begun."""

from prometheus_client import REGISTRY

from services.notifications.campaigns.memory import MemoryCampaignStore
from services.notifications.campaigns.models import CampaignStatus
from services.notifications.memory import MemoryMessageStore
from tests.notifications.campaigns.makers import a_campaign
from workers.campaign_watch import CampaignWatch

STATES = ("pending", "sent", "skipped", "failed")


def told() -> list[float | None]:
    return [REGISTRY.get_sample_value("caravan_campaign_recipients", {"state": state}) for state in STATES]


def test_people_of_running_campaigns_are_told_by_what_became_of_their_message() -> None:
    running, done = CampaignStatus.RUNNING, CampaignStatus.COMPLETED
    watch = CampaignWatch(MemoryCampaignStore(MemoryMessageStore()))
    assert told() == [0, 0, 0, 0]
    watch.tell(
        [
            a_campaign("a", status=running, recipients=10, sent=3, skipped=2, failed=1),
            a_campaign("b", status=running, recipients=5, sent=5),
            a_campaign("c", status=done, recipients=100, sent=100),
            a_campaign("d", recipients=0),
        ]
    )
    assert told() == [4, 8, 2, 1]
    watch.tell([a_campaign("a", status=done, recipients=10, sent=10)])
    assert told() == [0, 0, 0, 0]
