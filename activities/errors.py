"""How a failure of a service enters Temporal: the error tree mapped once, for every activity, by an interceptor.

Nothing of an unexpected error but its class name gets into a workflow's history. Workflows read the refusals back
with `workflows/failures.py`.
"""

import logging
from traceback import extract_tb
from typing import Final

from temporalio import activity
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from services.shared.errors import Refused, Unavailable

UNAVAILABLE: Final = "UNAVAILABLE"
"""The type of a failure of infrastructure."""

UNEXPECTED: Final = "UNEXPECTED"
"""The type of a failure that nobody foresaw: a defect, retried all the same."""

Places = tuple[str, ...]
"""An error's class, and the places in the code that it came through."""

MESSAGE_LIMIT: Final = 500
"""Characters; a failure is stored in the history at every attempt that is the last."""


log = logging.getLogger(__name__)


def to_failure(error: Exception) -> ApplicationError:
    """A refusal becomes final and benign, with its code as type and its problems as details; the rest is retried."""
    if isinstance(error, Refused):
        return ApplicationError(
            _cut(str(error)),
            list(error.problems),
            type=error.code,
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )
    if isinstance(error, Unavailable):
        return ApplicationError(_cut(str(error)), type=UNAVAILABLE)
    return ApplicationError(type(error).__name__, type=UNEXPECTED)


def _cut(message: str) -> str:
    return message if len(message) <= MESSAGE_LIMIT else f"{message[: MESSAGE_LIMIT - 3]}..."


class ErrorMapping(Interceptor):
    """Maps what every activity of a worker raises, local ones too, and logs each failed attempt in one line.

    The SDK's own line about the same attempt is left out by `services/infra/telemetry.py`.
    """

    def __init__(self) -> None:
        self._told: set[Places] = set()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        return _MappedActivity(next, self._told)


class FailuresWithoutTraces(DefaultFailureConverter):
    """Keeps the stack traces of mapped errors out of histories: they all end in this module, and say nothing."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        if isinstance(exception, ApplicationError):
            exception = exception.with_traceback(None)
        super().to_failure(exception, payload_converter, failure)


class _MappedActivity(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, told: set[Places]) -> None:  # noqa: A002 - the SDK's name
        super().__init__(next)
        self._told = told

    async def execute_activity(self, input: ExecuteActivityInput) -> object:  # noqa: A002 - the SDK's name
        try:
            return await self.next.execute_activity(input)
        except FailureError:
            raise
        except Refused as error:
            failure = to_failure(error)
        except Unavailable as error:
            failure = to_failure(error)
            log.warning("a step failed for now: %s", failure.message, extra=_attempt())
        except Exception as error:
            failure = to_failure(error)
            # A defect is retried, and comes from the same places each time: once is enough to find it.
            log.error(  # noqa: TRY400 - its places are told once only
                "a step failed in a way that nobody foresaw: %s",
                failure.message,
                exc_info=error if self._is_news(error) else None,
                extra=_attempt(),
            )
        # Raised outside of the handlers: neither the cause nor its text may follow it into the history.
        raise failure

    def _is_news(self, error: Exception) -> bool:
        places = (type(error).__name__, *(f"{each.filename}:{each.lineno}" for each in extract_tb(error.__traceback__)))
        known = places in self._told
        self._told.add(places)
        return not known


def _attempt() -> dict[str, object]:
    """What a line says of the attempt: which step of which workflow; the order's id is the end of the workflow's."""
    info = activity.info()
    return {
        "temporal_activity": {
            "activity_type": info.activity_type,
            "attempt": info.attempt,
            "workflow_id": info.workflow_id,
            "workflow_run_id": info.workflow_run_id,
        }
    }
