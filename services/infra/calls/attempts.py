"""When a call is made again: soon, seldom, and only where it can do no harm. Knows no HTTP.

A service in trouble must not get a multiple of its calls: attempts again are paid from what answered calls earn.
"""

from typing import Final

from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt, wait_random_exponential

from services.shared.errors import Unavailable

ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.04
"""Seconds that the first pause lasts at most; each further one up to twice as long, anything from 0."""

LONGEST_PAUSE: Final = 0.2

TOKENS: Final = 10.0
"""What is in a full purse. An attempt that failed takes one; again is tried only while it is more than half full."""

EARNED: Final = 0.1
"""What an answered call puts in: in bad times one call in ten is made again."""


class Miss(Unavailable):
    """An attempt without an answer of use.

    Attributes:
        outcome: in one word, for the metrics.
        again: another attempt can do no harm, and may help.
        telling: it says that the service is not well.
    """

    def __init__(self, service: str, outcome: str, *, again: bool = False, telling: bool = False) -> None:
        super().__init__(service, f"did not answer ({outcome})")
        self.outcome = outcome
        self.again = again
        self.telling = telling


class Purse:
    """What attempts again are paid from; one for each face that a process calls."""

    def __init__(self) -> None:
        self._tokens = TOKENS

    def earn(self) -> None:
        """A call was answered."""
        self._tokens = min(TOKENS, self._tokens + EARNED)

    def pay(self) -> None:
        """An attempt failed."""
        self._tokens = max(0.0, self._tokens - 1)

    @property
    def allows(self) -> bool:
        """Whether something may be tried again."""
        return self._tokens > TOKENS / 2


def attempts(purse: Purse) -> AsyncRetrying:
    """Calls what it is called with until it answers; raises the last Miss where it does not."""

    def again(state: RetryCallState) -> bool:
        failure = state.outcome.exception() if state.outcome else None
        return isinstance(failure, Miss) and failure.again and purse.allows

    return AsyncRetrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE),
        retry=again,
        reraise=True,
    )
