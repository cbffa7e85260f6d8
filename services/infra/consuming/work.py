"""One row of the table of consumers: which topics, under which name, with which work. Does none of it.

A work is what is done with records. Most do what events tell (`events.EventWork`); others keep records as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from services.shared.receipts import Outcome
from services.shared.replays import Failure, RawRecord

SEVERAL: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A record, and where it stood.

    Attributes:
        timestamp: Kafka's, in milliseconds since 1970.
    """

    record: RawRecord
    partition: int
    offset: int
    timestamp: int


class Work(Protocol):
    """What a consumer does with records."""

    async def attempt(self, received: Sequence[Received]) -> Sequence[Outcome | Failure | None]:
        """Does it for all, in their order; an answer for each. None: it is not done, and has to be tried alone.

        Of a single record there is always an answer; EXHAUSTED then means that another attempt may succeed. Repeating
        what is done has no effect.

        Raises:
            Unavailable: what the work needs is away; it is not known what is done.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a record is tried whose work fails for no known reason, and the seconds between.

    While it waits, the later records of its key wait as well; other keys go on.
    """

    attempts: int = 5
    first_pause: float = 0.2
    longest_pause: float = 5.0

    def pause_after(self, attempts: int) -> float:
        """Seconds after so many failed attempts; twice as long each time."""
        return min(self.first_pause * 2.0 ** (attempts - 1), self.longest_pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """One consumer.

    Attributes:
        consumer: its name; the group is called after it.
        together: records that one attempt holds at most.
        every: seconds from one look at the topic to the next at least: a longer one makes larger attempts, and
            whatever an attempt costs is shared by more records.
        floods: many dead letters are no sign that something else is wrong; it never pauses for them.
    """

    topics: tuple[str, ...]
    consumer: str
    work: Work
    retries: Retries = Retries()
    together: int = SEVERAL
    every: float = 0.0
    floods: bool = False
