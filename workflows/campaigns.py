"""What goes into and comes out of a campaign's workflow. Values only; a field may be added with a default, never
removed or renamed, because running workflows hold old ones.
"""

from dataclasses import dataclass
from typing import Final

from services.notifications.campaigns.models import Campaign, CampaignStatus, CreateCampaign
from services.notifications.models import BatchResult
from workflows.campaign_course import Course

STEP_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRules:
    """How fast a campaign goes.

    Attributes:
        per_second: messages a second at most, on average.
        batch: messages of one step at most.
        chunk: messages of a batch that are claimed together: so many a killed process leaves behind at most.
        at_once: batches under way at the same time.
        batches_a_run: after so many the workflow goes on as a new run, so that no history grows long.
    """

    per_second: float = 100.0
    batch: int = 500
    chunk: int = 20
    at_once: int = 2
    batches_a_run: int = 200

    @property
    def span(self) -> int:
        """Messages of one step, no more than the rate allows in some seconds: a slow campaign is sent evenly."""
        return max(1, min(self.batch, int(self.per_second * STEP_SECONDS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTally:
    """What the batches of a campaign's runs have told, so far."""

    batches: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0

    def after(self, result: BatchResult) -> "CampaignTally":
        """With one more batch."""
        return CampaignTally(
            batches=self.batches + 1,
            sent=self.sent + result.sent,
            skipped=self.skipped + result.skipped,
            failed=self.failed + result.failed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignMark:
    """Where a campaign stands when its workflow goes on as a new run."""

    course: Course
    tally: CampaignTally


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignInput:
    """A campaign, by the id of its row.

    Attributes:
        wish: what it is to be; None: the row is there, and whatever became of an earlier run, this one goes on with it.
        so_far: how far earlier runs came; None for the first, or where that is lost.
    """

    campaign_id: str
    wish: CreateCampaign | None = None
    rules: CampaignRules = CampaignRules()
    so_far: CampaignMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseCampaign:
    """The wish that a campaign stops for now, or goes on."""

    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignProgress:
    """How far a campaign is, as its workflow tells while it runs; the row has the counts that are exact.

    Attributes:
        given: positions that were given to batches, of `recipients`.
        under_way: batches.
        waiting: messages that are to be tried again.
    """

    status: CampaignStatus
    paused: bool
    recipients: int
    given: int
    under_way: int
    waiting: int
    tally: CampaignTally


def told(campaign: Campaign, progress: CampaignProgress) -> str:
    """How far a campaign is, in Markdown, for whoever looks at its run."""
    tally = progress.tally
    state = f"**{progress.status}**{', paused' if progress.paused else ''}"
    lines = [f"{state}: {campaign.category} to {campaign.audience}", ""]
    if campaign.status is CampaignStatus.SCHEDULED and campaign.scheduled_for:
        return "\n".join([*lines, f"- begins at {campaign.scheduled_for:%Y-%m-%d %H:%M:%S} UTC"])
    lines += [
        f"- recipients: {progress.recipients}, given to batches: {progress.given}",
        f"- sent: {tally.sent}, skipped: {tally.skipped}, failed: {tally.failed}",
        f"- waiting to be tried again: {progress.waiting}",
        f"- batches: {tally.batches} done, {progress.under_way} under way",
    ]
    return "\n".join(lines)
