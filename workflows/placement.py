"""Where a step runs: the one place that decides it, and does it. Knows no particular step."""

import asyncio
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows.failures import refusal_of
from workflows.policies import LOCAL
from workflows.steps import Step

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

WAIT = workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
"""An attempt on its way is allowed to finish: what it did is known then, and no undo overtakes it."""


def is_local(step: Step[Wish, Answer], colocated: tuple[str, ...]) -> bool:
    """Whether the step runs in the workflow's own process: it stays in a database of a service hosted there."""
    return step.service in colocated and not step.leaves


async def perform(step: Step[Wish, Answer], wish: Wish, colocated: tuple[str, ...]) -> Answer:
    """Does the step: local and then remote if that brings no answer, or remote at once.

    Raises:
        FailureError: refused, or out of patience; not always wrapped, a local one comes as it is.
        asyncio.CancelledError: the caller was cancelled; the step may have taken effect.
    """
    try:
        if is_local(step, colocated):
            try:
                return await _local(step, wish)
            except FailureError as error:
                if refusal_of(error) or is_cancelled_exception(error):
                    raise
        return await _remote(step, wish)
    except FailureError as error:
        if is_cancelled_exception(error):
            raise asyncio.CancelledError from error
        raise


def refuse_if_cancelled() -> None:
    """Raises CancelledError once the platform has cancelled the run: a step that ends well after that does not tell."""
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError


async def _local(step: Step[Wish, Answer], wish: Wish) -> Answer:
    return await workflow.execute_local_activity_method(
        step.run,
        wish,
        start_to_close_timeout=LOCAL.attempt,
        retry_policy=LOCAL.retry,
        cancellation_type=WAIT,
        summary=step.summary,
    )


async def _remote(step: Step[Wish, Answer], wish: Wish) -> Answer:
    return await workflow.execute_activity_method(
        step.run,
        wish,
        task_queue=step.queue,
        start_to_close_timeout=step.policy.attempt,
        schedule_to_close_timeout=step.policy.patience,
        heartbeat_timeout=step.policy.silence,
        retry_policy=step.policy.retry,
        cancellation_type=WAIT,
        summary=step.summary,
    )
