"""The dashboard Temporal workers: what the workers of our processes do, as Temporal's SDK tells. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line, quantiles

SHEET: Final = Sheet(
    uid="caravan-temporal-workers",
    title="Temporal workers",
    about="What the workers of our processes do, as Temporal's SDK tells.",
    sections=(
        Section(
            title="Work",
            panels=(
                Panel(
                    title="Pollers",
                    advice="0 on a queue means that nobody takes its tasks: restart the process that should.",
                    unit=Unit.NUMBER,
                    queries=line(
                        "sum by (task_queue, poller_type) (temporal_num_pollers)", "{{task_queue}} {{poller_type}}"
                    ),
                    alerts=("NoPollers",),
                ),
                Panel(
                    title="Free slots",
                    advice="At 0 the worker is full: start more processes, or give it more slots.",
                    unit=Unit.NUMBER,
                    queries=line(
                        "sum by (task_queue, worker_type) (temporal_worker_task_slots_available)",
                        "{{task_queue}} {{worker_type}}",
                    ),
                ),
                Panel(
                    title="Workflow tasks wait",
                    advice="Above 200 ms there are too few workers, or they lack CPU.",
                    unit=Unit.SECONDS,
                    queries=quantiles("temporal_workflow_task_schedule_to_start_latency_seconds", "task_queue"),
                    amber=0.2,
                    red=5,
                    alerts=("WorkflowTasksWait",),
                ),
                Panel(
                    title="Activities wait",
                    advice="Above a second start more processes of that service.",
                    unit=Unit.SECONDS,
                    queries=quantiles("temporal_activity_schedule_to_start_latency_seconds", "task_queue"),
                    amber=1,
                    red=10,
                ),
            ),
        ),
        Section(
            title="Durations",
            panels=(
                Panel(
                    title="Workflow tasks",
                    advice="Near two seconds the deadlock detector stops them: something blocks the event loop.",
                    unit=Unit.SECONDS,
                    queries=quantiles("temporal_workflow_task_execution_latency_seconds", "workflow_type"),
                    amber=0.5,
                    red=2,
                ),
                Panel(
                    title="Activities",
                    advice="One that is slow waits for its database or for what is outside: look at that.",
                    unit=Unit.SECONDS,
                    queries=quantiles("temporal_activity_execution_latency_seconds", "activity_type"),
                    amber=1,
                    red=10,
                ),
                Panel(
                    title="Local activities",
                    advice="As above; a slow one holds up its whole workflow task.",
                    unit=Unit.SECONDS,
                    queries=quantiles("temporal_local_activity_execution_latency_seconds", "activity_type"),
                    amber=0.5,
                    red=2,
                ),
            ),
        ),
        Section(
            title="Cache and calls",
            panels=(
                Panel(
                    title="Workflows in the cache",
                    advice="If it is at its limit, runs are replayed often: give it more room.",
                    unit=Unit.NUMBER,
                    queries=line("sum(temporal_sticky_cache_size)", "cached"),
                ),
                Panel(
                    title="Calls of Temporal",
                    advice="A rise without orders is a retry: look at the failures beside.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (operation) (rate(temporal_request_total[$__rate_interval]))", "{{operation}}"
                    ),
                ),
                Panel(
                    title="Calls that fail",
                    advice="RESOURCE_EXHAUSTED: a limit is reached. UNAVAILABLE: the server is away.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (operation, status_code) (rate(temporal_request_failure_total[$__rate_interval]))",
                        "{{operation}} {{status_code}}",
                    ),
                    alerts=("ResourceExhausted",),
                ),
            ),
        ),
    ),
)
