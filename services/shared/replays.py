"""What a consumer can be asked about one record outside of its topic: to apply it now, or to say what that would do.

The seam between consumers and whoever keeps dead letters and applies them again. Knows neither Kafka nor a store.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Disposition(StrEnum):
    """Why a consumer gave a record up, in the contract's words.

    POISON it can never be read; PERMANENT it was read and refused; EXHAUSTED its handler failed, however often tried.
    """

    POISON = "poison"
    PERMANENT = "permanent"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """A record as it stands on its topic, untouched; it may be anything.

    Attributes:
        topic: the one that the consumer reads, not that of its dead letters.
        headers: in their order, as the producer wrote them; a name may come twice, a value may be missing.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a record has no effect.

    Attributes:
        exception_class: the class's full name, e.g. `services.shared.errors.Invalid`.
        message: a sentence for operators; quotes nothing of the record and no driver.
    """

    disposition: Disposition
    exception_class: str
    message: str


class Verdict(StrEnum):
    """What came of applying a record. Only FAILED may be tried again."""

    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"
    SUPERSEDED = "SUPERSEDED"
    FAILED = "FAILED"


class Prospect(StrEnum):
    """What would come of applying a record now."""

    ALREADY_APPLIED = "ALREADY_APPLIED"
    SUPERSEDED = "SUPERSEDED"
    WOULD_APPLY = "WOULD_APPLY"
    WOULD_FAIL = "WOULD_FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The verdict; `failure` is there for FAILED and for nothing else."""

    verdict: Verdict
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The prospect; `failure` is there for WOULD_FAIL and for nothing else."""

    prospect: Prospect
    failure: Failure | None = None


class Applier(Protocol):
    """One consumer's way with a record, whoever brings it: the very effect that its topic would have had."""

    async def apply(self, record: RawRecord) -> Replayed:
        """Applies it once, however often it is called: the consumer's inbox knows what it has had.

        Raises:
            Unavailable: what the consumer needs is away. That is no failure of the record: wait, and apply it again.
        """
        ...

    async def preview(self, record: RawRecord) -> Preview:
        """Says what `apply` would do, and changes nothing. Raises Unavailable as `apply` does."""
        ...
