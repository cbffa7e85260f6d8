"""Workflow `FanOutNotification`: tells people what has happened, or what a campaign has to say.

It only chooses which of the two; how an event is told of is in `notification_of_event`.
"""

from temporalio import workflow
from temporalio.exceptions import FailureError

from workflows.failures import failure_of
from workflows.notification_of_event import tell
from workflows.notifications import FanOutInput, FanOutResult


@workflow.defn(name="FanOutNotification")
class FanOutNotification:
    """One event, some messages again, or one campaign. Fails with INVALID, NOT_FOUND."""

    @workflow.run
    async def run(self, input: FanOutInput) -> FanOutResult:  # noqa: A002 - the word of the contract
        """How many messages came to what."""
        try:
            return await tell(input)
        except FailureError as error:
            raise failure_of(error, "the messages could not be made or sent") from None
