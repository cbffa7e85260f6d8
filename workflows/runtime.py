"""The threads of Temporal's SDK, and where they write what they have to say. Knows no address and no workflow."""

import logging

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter


def new_runtime() -> Runtime:
    """The SDK's threads, for one process; what they have to say goes into our log, not as plain text beside it."""
    forward = LogForwardingConfig(logger=logging.getLogger("temporalio.core"), append_target_to_name=False)
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"), forwarding=forward)
    return Runtime(telemetry=TelemetryConfig(logging=quiet), worker_heartbeat_interval=None)
