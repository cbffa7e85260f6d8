"""Carries W3C trace context through Temporal: from who starts, updates or signals a workflow to all that it does.

Only headers are touched, which no replay compares: a history without them stays good. An update's steps belong to the
trace of the update, all others to that of the start.
"""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, Protocol

from pydantic_core import to_json
from temporalio import client, worker
from temporalio.api.common.v1 import Payload

from activities.traces import CARRIED, StepTraces
from services.shared.traces import TRACEPARENT
from workflows.conversion import METADATA

Trace = Callable[[], str | None]
"""Tells the `traceparent` of what runs now, in a process that speaks to Temporal as a client."""


class _Headed(Protocol):
    headers: Mapping[str, Payload]


class Traces(client.Interceptor, StepTraces):
    """Of a client and its workers; see the module."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:  # noqa: A002 - the SDK's name
        return _TracedClient(next, self._trace)

    def workflow_interceptor_class(
        self,
        input: worker.WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - the SDK's signature
    ) -> type[worker.WorkflowInboundInterceptor]:
        return _TracedWorkflow


class _TracedClient(client.OutboundInterceptor):
    def __init__(self, next: client.OutboundInterceptor, trace: Trace) -> None:  # noqa: A002 - the SDK's name
        super().__init__(next)
        self._trace = trace

    async def start_workflow(self, input: client.StartWorkflowInput) -> client.WorkflowHandle[Any, Any]:  # noqa: A002
        self._mark(input)
        return await super().start_workflow(input)

    async def signal_workflow(self, input: client.SignalWorkflowInput) -> None:  # noqa: A002
        self._mark(input)
        await super().signal_workflow(input)

    async def start_workflow_update(self, input: client.StartWorkflowUpdateInput) -> client.WorkflowUpdateHandle[Any]:  # noqa: A002
        self._mark(input)
        return await super().start_workflow_update(input)

    async def start_update_with_start_workflow(
        self,
        input: client.StartWorkflowUpdateWithStartInput,  # noqa: A002
    ) -> client.WorkflowUpdateHandle[Any]:
        self._mark(input.start_workflow_input, input.update_workflow_input)
        return await super().start_update_with_start_workflow(input)

    def _mark(self, *inputs: _Headed) -> None:
        traceparent = self._trace()
        if traceparent is not None:
            _head(Payload(metadata=METADATA, data=to_json(traceparent)), *inputs)


class _TracedWorkflow(worker.WorkflowInboundInterceptor):
    def init(self, outbound: worker.WorkflowOutboundInterceptor) -> None:
        super().init(_TracedCommands(outbound))

    async def execute_workflow(self, input: worker.ExecuteWorkflowInput) -> object:  # noqa: A002
        CARRIED.set(input.headers.get(TRACEPARENT))
        return await super().execute_workflow(input)

    async def handle_update_handler(self, input: worker.HandleUpdateInput) -> object:  # noqa: A002
        CARRIED.set(input.headers.get(TRACEPARENT))
        return await super().handle_update_handler(input)

    async def handle_signal(self, input: worker.HandleSignalInput) -> None:  # noqa: A002
        CARRIED.set(input.headers.get(TRACEPARENT))
        await super().handle_signal(input)


class _TracedCommands(worker.WorkflowOutboundInterceptor):
    def start_activity(self, input: worker.StartActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        _pass_on(input)
        return super().start_activity(input)

    def start_local_activity(self, input: worker.StartLocalActivityInput) -> Any:  # noqa: A002, ANN401
        _pass_on(input)
        return super().start_local_activity(input)

    async def start_child_workflow(self, input: worker.StartChildWorkflowInput) -> Any:  # noqa: A002, ANN401
        _pass_on(input)
        return await super().start_child_workflow(input)

    async def signal_child_workflow(self, input: worker.SignalChildWorkflowInput) -> None:  # noqa: A002
        _pass_on(input)
        await super().signal_child_workflow(input)

    async def signal_external_workflow(self, input: worker.SignalExternalWorkflowInput) -> None:  # noqa: A002
        _pass_on(input)
        await super().signal_external_workflow(input)

    def continue_as_new(self, input: worker.ContinueAsNewInput) -> NoReturn:  # noqa: A002
        _pass_on(input)
        super().continue_as_new(input)


def _pass_on(input: _Headed) -> None:  # noqa: A002
    carried = CARRIED.get()
    if carried is not None:
        _head(carried, input)


def _head(header: Payload, *inputs: _Headed) -> None:
    for each in inputs:
        each.headers = {**each.headers, TRACEPARENT: header}
