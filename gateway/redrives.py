"""What the gateway needs of redrives: one Protocol. Knows no engine."""

from typing import Protocol

from workflows.redrives import RedriveInput, RedriveProgress


class Redrives(Protocol):
    """Dead letters on their way back to consumers. Every call raises Unavailable when there is no answer in time."""

    async def start(self, request_id: str, command: RedriveInput) -> str:
        """Begins the redrive of a request, once however often it is asked for; the id of its workflow."""
        ...

    async def preview(self, request_id: str, command: RedriveInput) -> RedriveProgress:
        """How a dry run went, or how far it has come in the time there is; it goes on then. Raises Invalid."""
        ...

    async def progress(self, workflow_id: str) -> RedriveProgress | None:
        """How far a redrive is, or how it ended; None where there is no such. Unavailable without a worker."""
        ...
