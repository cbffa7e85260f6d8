"""Stand-ins for the steps of services that a process does not host: asked for one locally, they send it on. No effect.

A workflow knows from its input which services were together when it began. Whoever takes it up may host fewer: another
process beside one that hosts all, or a system that was split since. Without the step its workflow tasks would fail for
ever; with the stand-in the local attempt fails at once, and the step goes to its service's queue.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from workers.registry import QUEUES, step_names

ELSEWHERE: Final = "ELSEWHERE"
"""The type of their failure."""


def absent_steps(queue: str, hosted: Collection[str]) -> list[Callable[..., Any]]:
    """Those that the worker of the queue needs beside what it can run, where its process hosts these services."""
    if not QUEUES[queue].workflows:
        return []
    leaving = {each.service for each in QUEUES.values() if each.leaves}
    absent = {
        each.activities
        for each in QUEUES.values()
        if each.activities is not None and each.service not in leaving and each.service not in hosted
    }
    return [_stand_in(getattr(kind, name)) for kind in absent for name in step_names(kind)]


def _stand_in(step: Callable[..., Any]) -> Callable[[RawValue], Awaitable[None]]:
    name = str(activity._Definition.must_from_callable(step).name)  # noqa: SLF001 (there is no public way)

    async def elsewhere(_wish: RawValue) -> None:
        raise ApplicationError(
            f"{name} runs in another process",
            type=ELSEWHERE,
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )

    return activity.defn(name=name)(elsewhere)
