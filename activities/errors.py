"""How a failure of a service enters Temporal: the error tree mapped once, for every activity, by an interceptor.

Nothing of an unexpected error but its class name gets into a workflow's history. Workflows read the refusals back
with `workflows/failures.py`.
"""

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

MESSAGE_LIMIT: Final = 500
"""Characters; a failure is stored in the history at every attempt that is the last."""


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
    """Maps what every activity of a worker raises, local ones too."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        return _MappedActivity(next)


class FailuresWithoutTraces(DefaultFailureConverter):
    """Keeps the stack traces of mapped errors out of histories: they all end in this module, and say nothing."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        if isinstance(exception, ApplicationError):
            exception = exception.with_traceback(None)
        super().to_failure(exception, payload_converter, failure)


class _MappedActivity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> object:  # noqa: A002 - the SDK's name
        try:
            return await self.next.execute_activity(input)
        except FailureError:
            raise
        except (Refused, Unavailable) as error:
            failure = to_failure(error)
        except Exception as error:  # noqa: BLE001 - the border: whatever else it is, it is mapped and logged
            activity.logger.exception("an activity failed in a way that nobody foresaw")
            failure = to_failure(error)
        # Raised outside of the handlers: neither the cause nor its text may follow it into the history.
        raise failure
