"""Which trace a step belongs to: W3C trace context as it travels in Temporal's headers, and into the running step.

Records no span. `workflows/traces.py` carries it from the client to here.
"""

from contextvars import ContextVar
from typing import Final

from pydantic_core import from_json
from temporalio.api.common.v1 import Payload
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from services.shared.traces import TRACEPARENT, trace_of

CARRIED: Final[ContextVar[Payload | None]] = ContextVar("caravan_trace", default=None)
"""The header of what runs now, as it came: a workflow's coroutine or update, or a step. Passed on unread."""


def current_trace() -> str | None:
    """The `traceparent` that the running step is to tell of; None where nobody began a trace, or sent none that is."""
    carried = CARRIED.get()
    if carried is None:
        return None
    try:
        read = from_json(carried.data)
    except ValueError:
        return None
    return trace_of(read).get(TRACEPARENT) if isinstance(read, str) else None


class StepTraces(Interceptor):
    """Lets every step of a worker know its trace, local ones too."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        return _TracedStep(next)


class _TracedStep(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> object:  # noqa: A002 - the SDK's name
        CARRIED.set(input.headers.get(TRACEPARENT))
        return await self.next.execute_activity(input)
