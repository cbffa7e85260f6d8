"""How long a step may take and how it is retried: named rows, each with its reason. No timeout stands elsewhere.

What must be done between the hold and the capture is bounded, and the bounds add up to less than the hold lasts.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

import services.catalog.errors
import services.deadletters.errors
import services.inventory.errors
import services.notifications.errors
import services.orders.errors
import services.payments.errors  # noqa: F401 - the imports make the leaves of the error tree known
from services.shared.errors import refusals

FINAL_TYPES: Final = tuple(sorted({leaf.code for leaf in refusals()}))
"""The types of failures that no retry changes: every refusal of the error tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A row.

    Attributes:
        attempt: how long one attempt may take.
        patience: how long all attempts together may take; None means until it is done.
        retry: the pace of the attempts.
        silence: how long an attempt may tell nothing of itself before it counts as lost; None: as long as it may take.
    """

    attempt: timedelta
    patience: timedelta | None
    retry: RetryPolicy
    silence: timedelta | None = None


def _pace(first: float, most: float, attempts: int = 0) -> RetryPolicy:
    """Seconds between the first two attempts, doubling, and at most; 0 attempts mean no limit."""
    return RetryPolicy(
        initial_interval=timedelta(seconds=first),
        maximum_interval=timedelta(seconds=most),
        maximum_attempts=attempts,
        non_retryable_error_types=FINAL_TYPES,
    )


LOCAL: Final = Policy(attempt=timedelta(seconds=3), patience=None, retry=_pace(0.05, 0.5, attempts=2))
"""In the workflow's own process: short, because it holds up the workflow task; what is not done then goes remote."""

OWN_STORE: Final = Policy(attempt=timedelta(seconds=10), patience=timedelta(minutes=1), retry=_pace(0.1, 5))
"""One transaction of a service, before the pivot: a shopper waits, and a hold runs out, so it gives up."""

UNTIL_DONE: Final = Policy(attempt=timedelta(seconds=10), patience=None, retry=_pace(0.1, 30))
"""One transaction of a service that must come to pass: what was decided is written down, however long it takes.

The recording of an order is one, though nothing stands before it. To give it up after a minute would not be safe: an
attempt that timed out, or whose worker was cut off, may still commit after the workflow has failed, and asking the
store first does not help, for it may land after the question too. That order would be PLACED for ever, with no
workflow. What can never be stored is therefore refused by the service (INVALID, final), and what nobody foresaw
is retried, not in silence: each attempt is an error in the log, and Temporal's UI shows the pending activity with
its failure. Mended and started again, the worker goes on where it was.
"""

AUTHORIZE: Final = Policy(attempt=timedelta(seconds=20), patience=timedelta(minutes=5), retry=_pace(0.5, 10))
"""An outside system, slow and flaky; gives up while the hold still stands."""

CAPTURE: Final = Policy(attempt=timedelta(seconds=20), patience=None, retry=_pace(0.5, 30))
"""The pivot: with an unknown outcome there is no way back, so it is asked for until it is known."""

UNDO: Final = Policy(attempt=timedelta(seconds=20), patience=timedelta(minutes=10), retry=_pace(0.5, 30))
"""Longer than a restart or a short outage of the other side; after it the undo counts as STUCK and calls a person."""

SWEEP: Final = Policy(attempt=timedelta(seconds=20), patience=timedelta(seconds=30), retry=_pace(0.5, 5))
"""Run by a schedule: the next run comes soon, so this one does not insist."""

REPLAY: Final = Policy(attempt=timedelta(minutes=1), patience=None, retry=_pace(0.5, 30))
"""A batch of dead letters at a consumer. A service that is away is waited for: that is no failure of a letter."""

SEND_CRITICAL: Final = Policy(
    attempt=timedelta(minutes=20), patience=None, retry=_pace(0.5, 10), silence=timedelta(seconds=15)
)
"""One message to a mail server, whose answer may take ten minutes. The message's own term ends the attempts; while
it waits, each attempt says when the next one is due. A process that was killed is noticed by its silence."""

SEND_STANDARD: Final = Policy(
    attempt=timedelta(minutes=20), patience=None, retry=_pace(1, 60), silence=timedelta(seconds=15)
)
"""The same for what nobody waits for."""

TAKE_AUDIENCE: Final = Policy(
    attempt=timedelta(hours=1), patience=None, retry=_pace(0.5, 30), silence=timedelta(seconds=15)
)
"""Everybody of an audience, a page a transaction; begun anew it goes on where it was."""

SEND_BATCH: Final = Policy(
    attempt=timedelta(minutes=30), patience=None, retry=_pace(0.5, 30), silence=timedelta(seconds=15)
)
"""Some hundred messages to a mail server that may be slow. What waits is for another batch, so no attempt waits."""

REFRESH_BATCH: Final = Policy(
    attempt=timedelta(hours=1), patience=None, retry=_pace(0.5, 30), silence=timedelta(seconds=30)
)
"""Some thousand lists, a page at a time, of which each says that it is done; begun anew it goes on behind the last."""

REBUILD: Final = Policy(attempt=timedelta(minutes=10), patience=None, retry=_pace(0.5, 30))
"""Throws all counts of a shop away, that another way to count them has replaced."""

STUCK_PAUSE: Final = timedelta(hours=1)
"""A STUCK undo is tried again by itself this often: long outages heal without a person."""

CHILD_TRIES: Final = 20
CHILD_PAUSE: Final = timedelta(seconds=1)
"""How often, and how far apart, a child is started whose id a terminated run's child still has; it ends in moments."""
