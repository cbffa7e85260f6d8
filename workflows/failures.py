"""How a refusal is read back from Temporal's failures, by workflows and by their clients, and raised by a workflow."""

from collections.abc import Iterator
from typing import Final

from pydantic import TypeAdapter
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.errors import UNAVAILABLE, to_failure
from services.shared.errors import Problem, Refused, refusal_from
from workflows.policies import FINAL_TYPES

PROBLEMS: Final = TypeAdapter(tuple[Problem, ...])


def refusal_of(error: BaseException) -> Refused | None:
    """The business refusal behind a failed activity, child, update or workflow; None where it is none."""
    for cause in _causes(error):
        if isinstance(cause, ApplicationError) and cause.type in FINAL_TYPES:
            details = cause.details[0] if cause.details else ()
            problems = PROBLEMS.validate_python(details) if details else ()
            return refusal_from(problems or (Problem(code=cause.type or "", message=cause.message),))
    return None


def is_unavailable(error: BaseException) -> bool:
    """Whether a workflow or update failed for want of an answer: the same request may be sent again."""
    return any(isinstance(cause, ApplicationError) and cause.type == UNAVAILABLE for cause in _causes(error))


def unavailable(message: str) -> ApplicationError:
    """The failure of a workflow that gave up with nothing done. Benign: what failed below it has been counted."""
    return ApplicationError(message, type=UNAVAILABLE, non_retryable=True, category=ApplicationErrorCategory.BENIGN)


def failure_of(error: BaseException, otherwise: str) -> ApplicationError:
    """What a workflow fails with: the refusal behind the error, else that it is unavailable, in these words."""
    refusal = refusal_of(error)
    return to_failure(refusal) if refusal else unavailable(otherwise)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
