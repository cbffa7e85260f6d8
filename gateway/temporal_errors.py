"""What Temporal raises, in the gateway's words. The only place of the gateway that knows Temporal's errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from temporalio.client import (
    RPCTimeoutOrCancelledError,
    WorkflowFailureError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from gateway.ports import SagaClosed
from services.shared.errors import Unavailable
from workflows.failures import refusal_of

DEPENDENCY: Final = "workflows"
"""What a client hears of when the engine, or a worker, does not answer."""

OVER: Final = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.ALREADY_EXISTS})
"""A message to a workflow that has ended; a start of one that has, where the server gives no details."""


@asynccontextmanager
async def translated(seconds: float | None) -> AsyncIterator[None]:
    """What happens inside is done in time, or Unavailable; refusals and ends come out as the port says.

    None: whoever asks minds the time; a single call of Temporal has its own limit.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except (WorkflowUpdateFailedError, WorkflowFailureError) as failure:
        raise refusal_of(failure) or Unavailable(DEPENDENCY, "gave up") from failure
    except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as failure:
        # A run that was made by other code cannot always be told by today's.
        raise Unavailable(DEPENDENCY, "no answer to a question") from failure
    except WorkflowAlreadyStartedError:
        raise SagaClosed from None
    except RPCError as failure:
        if failure.status in OVER:
            raise SagaClosed from None
        raise Unavailable(DEPENDENCY, failure.status.name) from failure
    except (TimeoutError, RPCTimeoutOrCancelledError, RuntimeError) as failure:
        # A client that cannot connect raises a plain RuntimeError.
        raise Unavailable(DEPENDENCY, type(failure).__name__) from failure
