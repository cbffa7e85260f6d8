"""How much a process takes on at once: all numbers in one place, chosen for two cores shared with the servers.

A slot is a task being worked on, a poller one open question for the next. Both cost little while idle.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

from workers.registry import QUEUES
from workflows.names import NOTIFICATIONS_CRITICAL_QUEUE, NOTIFICATIONS_STANDARD_QUEUE

DRAIN: Final = timedelta(seconds=5)
"""What is being worked on when the process is told to stop has this long to finish; then it is cancelled, and done
again elsewhere."""

WORKFLOW_THREADS: Final = 8
"""Shared by all workers of a process. A thread decides one workflow's next step in a millisecond or two of pure
Python, so more of them only wait for each other."""

CACHED: Final = 300
"""Workflows of a queue kept in memory between tasks, some 75 KB each. An order waits for hours to be shipped: the older
ones are rebuilt from their history when something happens."""

SLOTS: Final = 100
LANE_SLOTS: Final[Mapping[str, int]] = {NOTIFICATIONS_CRITICAL_QUEUE: 100, NOTIFICATIONS_STANDARD_QUEUE: 16}
"""Steps of a queue under way at once. A critical message waits for nothing here, only for a connection. On the standard
lane a step is a batch of messages: few of them fill its connections, and more would only take CPU from the others."""


def workflow_threads() -> ThreadPoolExecutor:
    """The threads that workflow code runs in."""
    return ThreadPoolExecutor(WORKFLOW_THREADS, thread_name_prefix="workflow")


def worker_options(queue: str, threads: ThreadPoolExecutor) -> dict[str, Any]:
    """The options of one queue's worker."""
    options: dict[str, Any] = {
        "graceful_shutdown_timeout": DRAIN,
        "max_concurrent_activities": LANE_SLOTS.get(queue, SLOTS),
        "max_concurrent_activity_task_polls": 3,
    }
    if QUEUES[queue].workflows:
        options |= {
            "workflow_task_executor": threads,
            "max_cached_workflows": CACHED,
            "max_concurrent_workflow_tasks": 100,
            "max_concurrent_local_activities": 100,
            "max_concurrent_workflow_task_polls": 5,
            # Nothing is stored outside; above one the SDK makes a task for each payload to find that out.
            "max_workflow_task_external_storage_concurrency": 1,
        }
    return options
