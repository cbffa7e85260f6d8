"""Counts now and then how far running campaigns are, and tells it as metrics. Decides nothing, names no campaign.

Every process of notifications counts the same: of several the largest numbers count, not the sum.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from prometheus_client import Gauge

from services.infra.pauses import set_within
from services.notifications.campaigns.models import Campaign, CampaignStatus
from services.notifications.campaigns.ports import CampaignStore
from services.shared.errors import Unavailable

COUNT_EVERY: Final = 15.0
"""Seconds between two counts."""

NEWEST: Final = 100
"""So many are looked at: a campaign that still runs when a hundred were made after it is not counted."""

RECIPIENTS = Gauge(
    "caravan_campaign_recipients",
    "People of running campaigns, by what became of their message: pending, sent, skipped, failed",
    ["state"],
)


class CampaignWatch:
    """`run` it as a task."""

    def __init__(self, store: CampaignStore) -> None:
        self._store = store
        self.tell(())

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set."""
        while not stop.is_set():
            with suppress(Unavailable):
                self.tell(await self._store.page(None, NEWEST))
            await set_within(stop, COUNT_EVERY)

    def tell(self, campaigns: Sequence[Campaign]) -> None:
        """Shows the sums of those that run."""
        states = Counter(pending=0, sent=0, skipped=0, failed=0)
        for campaign in campaigns:
            if campaign.status is CampaignStatus.RUNNING:
                states.update(
                    pending=campaign.recipients - campaign.ended,
                    sent=campaign.sent,
                    skipped=campaign.skipped,
                    failed=campaign.failed,
                )
        for state, people in states.items():
            RECIPIENTS.labels(state).set(people)
