"""Who caused a change: read from the running activity, for the events that a service writes."""

from temporalio import activity

from activities.traces import current_trace
from services.shared.events import Origin


def origin() -> Origin:
    """The workflow that runs the activity, what it is about (the part of its id behind the slash), and the trace."""
    workflow_id = activity.info().workflow_id or ""
    return Origin(correlation_id=workflow_id.partition("/")[2], causation_id=workflow_id, traceparent=current_trace())
