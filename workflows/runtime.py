"""The threads of Temporal's SDK, and where they write what they have to say. Knows no address and no workflow."""

import logging
from typing import Final

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

SHORT: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LONG: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0, 3600.0, 86_400.0)
ANSWER: Final = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds: of what a worker does, of what a person may wait for, of what a shopper waits for."""

BUCKETS: Final = {
    "temporal_request_latency": SHORT,
    "temporal_long_request_latency": LONG,
    "temporal_workflow_task_schedule_to_start_latency": SHORT,
    "temporal_workflow_task_execution_latency": SHORT,
    "temporal_workflow_task_replay_latency": SHORT,
    "temporal_workflow_endtoend_latency": LONG,
    "temporal_activity_schedule_to_start_latency": SHORT,
    "temporal_activity_execution_latency": SHORT,
    "temporal_activity_succeed_endtoend_latency": LONG,
    "temporal_local_activity_execution_latency": SHORT,
    "temporal_local_activity_succeed_endtoend_latency": SHORT,
    "caravan_orders_placed_to_answer": ANSWER,
    "caravan_orders_placed_to_confirmed": (*ANSWER, 30.0, 60.0, 600.0),
}
"""By the name before the exporter adds the unit."""


def new_runtime(metrics_address: str | None = None) -> Runtime:
    """The SDK's threads, for one process; what they have to say goes into our log, not as plain text beside it.

    With an address (host and port; port 0 takes any that is free) their metrics, and those that workflows and
    activities count by their meters, are served there in Prometheus' format: durations in seconds, names with unit and
    `_total`.
    """
    forward = LogForwardingConfig(logger=logging.getLogger("temporalio.core"), append_target_to_name=False)
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"), forwarding=forward)
    metrics = _served_at(metrics_address) if metrics_address else None
    # Without the service's name on every series: it is the same everywhere.
    telemetry = TelemetryConfig(logging=quiet, metrics=metrics, attach_service_name=False)
    return Runtime(telemetry=telemetry, worker_heartbeat_interval=None)


def _served_at(address: str) -> PrometheusConfig:
    return PrometheusConfig(
        bind_address=address,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=BUCKETS,
    )
