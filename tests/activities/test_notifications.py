"""What the steps of notifications make of the worker that they run in. How messages are sent is tested elsewhere."""

from temporalio.testing import ActivityEnvironment

from activities.notifications import NotificationActivities
from services.notifications.models import BatchResult, SendBatch
from services.notifications.offers.service import OfferService
from services.notifications.weekly.service import WeeklyService
from tests.notifications.messages.office import CAMPAIGN, Office


async def test_a_worker_that_is_told_to_end_begins_no_chunk_of_a_campaign() -> None:
    office, environment = Office(), ActivityEnvironment()
    await office.have_campaign(8)
    weekly = WeeklyService()
    steps = NotificationActivities(
        office.sending, office.campaigns, office.book, weekly, OfferService(office.messages), office.clock
    )
    wish = SendBatch(campaign_id=CAMPAIGN, first=0, until=8, chunk=4)
    environment.worker_shutdown()
    left: BatchResult = await environment.run(steps.send_batch, wish)
    assert (left.sent, left.waiting, left.stopped) == (0, 8, True)
    assert (await ActivityEnvironment().run(steps.send_batch, wish)).sent == 8
