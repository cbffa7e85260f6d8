"""Counts now and then the orders with a STUCK step, by Temporal's visibility, and tells it as a metric. Resolves none.

Every process of orders counts the same: of several the largest number counts, not the sum.
"""

import asyncio
from typing import Final

import structlog
from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.service import RPCError

from services.infra.pauses import set_within
from workflows.names import STUCK_STEP

COUNT_EVERY: Final = 15.0
"""Seconds between two counts."""

QUERY: Final = f"WorkflowType = 'PlaceOrder' AND ExecutionStatus = 'Running' AND {STUCK_STEP.name} IS NOT NULL"

STUCK = Gauge("caravan_saga_steps_stuck", "Orders with a step that is STUCK now and waits for a person")

log = structlog.get_logger(__name__)


class StuckOrders:
    """`run` it as a task."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set; where Temporal does not answer, the last number stays."""
        while not stop.is_set():
            try:
                await self.count()
            except (RPCError, RuntimeError) as failure:
                log.warning("stuck orders were not counted", reason=type(failure).__name__)
            await set_within(stop, COUNT_EVERY)

    async def count(self) -> None:
        """Raises RPCError, RuntimeError."""
        STUCK.set((await self._client.count_workflows(QUERY)).count)
