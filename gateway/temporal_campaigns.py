"""The gateway's port to campaigns on Temporal: starts them, and tells them what OPS want. Decides nothing about them.

All of it is update-with-start: a campaign whose run was ended from outside goes on in a new one.
"""

import asyncio
from datetime import timedelta
from typing import Any, cast

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from gateway.temporal_errors import translated
from services.notifications.campaigns.models import Campaign, CreateCampaign
from workflows.campaigns import CampaignInput, CampaignRules, PauseCampaign
from workflows.fan_out_notification import FanOutNotification
from workflows.names import NOTIFICATIONS_STANDARD_QUEUE, campaign_attributes, campaign_workflow_id
from workflows.notifications import FanOutInput, FanOutResult

Start = WithStartWorkflowOperation[FanOutNotification, FanOutResult]


class TemporalCampaigns:
    """Implements the CampaignRuns port."""

    def __init__(self, client: Client, answer_within: float, rules: CampaignRules, colocated: tuple[str, ...]) -> None:
        """`answer_within` bounds an answer, in seconds; `rules` say how fast a campaign goes, `colocated` which
        services share a process with the workers of the standard lane.
        """
        self._client = client
        self._within = answer_within
        self._rules = rules
        self._colocated = colocated

    async def start(self, wish: CreateCampaign) -> Campaign:
        """See `CampaignRuns.start`."""
        start = self._start_of(wish.campaign_id, wish)
        return await self._told(start, FanOutNotification.await_campaign)

    async def cancel(self, campaign_id: str) -> Campaign:
        """See `CampaignRuns.cancel`."""
        return await self._told(self._start_of(campaign_id), FanOutNotification.cancel_campaign)

    async def pause(self, campaign_id: str, *, paused: bool) -> Campaign:
        """See `CampaignRuns.pause`."""
        start = self._start_of(campaign_id)
        return await self._told(start, FanOutNotification.pause_campaign, PauseCampaign(paused=paused))

    async def _told(self, start: Start, update: object, *arguments: object) -> Campaign:
        async with translated(self._within):
            campaign: Campaign = await self._client.execute_update_with_start_workflow(
                cast("Any", update),
                args=arguments,
                start_workflow_operation=start,
                rpc_timeout=timedelta(seconds=self._within),
            )
        return campaign

    def _start_of(self, campaign_id: str, wish: CreateCampaign | None = None) -> Start:
        campaign = CampaignInput(campaign_id=campaign_id, wish=wish, rules=self._rules)
        start: Start = WithStartWorkflowOperation(
            FanOutNotification.run,
            FanOutInput(campaign=campaign, colocated=self._colocated),
            id=campaign_workflow_id(campaign_id),
            task_queue=NOTIFICATIONS_STANDARD_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            search_attributes=campaign_attributes(campaign_id),
            static_summary="a campaign",
        )
        # The update's failure is the start's too; unless somebody looks at it there, asyncio complains of it itself.
        start._workflow_handle.add_done_callback(asyncio.Future.exception)  # noqa: SLF001 (awaiting it may never end)
        return start
