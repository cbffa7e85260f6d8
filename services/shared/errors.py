"""The one error tree. Every failure that crosses a border of Caravan is one of these.

CaravanError
|-- Refused             a business answer with a code: never retried, never an alarm
|   |-- Invalid               INVALID                  the input can never be right
|   |-- NotFound              NOT_FOUND                what it names does not exist
|   |-- Conflict              CONFLICT                 the state forbids it now
|   |-- Unauthenticated       UNAUTHENTICATED          nobody is signed in, or the token is not valid
|   |-- Forbidden             FORBIDDEN                signed in, but may not
|   |-- IdempotencyMismatch   IDEMPOTENCY_MISMATCH     the key was used with another input
|   `-- (leaves in services/<context>/errors.py: OutOfStock, PaymentDeclined, ...)
`-- Unavailable         infrastructure: retried, and UNAVAILABLE to a client in the end

Two places map it: `activities/errors.py` to Temporal and `gateway/errors.py` to GraphQL.
Between processes it travels as `code` and `problems` (`services/infra/http.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, for a person and for a program.

    Attributes:
        code: one of the contract's `ErrorCode` values.
        message: a sentence for a person; no host, no driver text, no personal data.
        path: where in the input, e.g. `("lines", "1", "quantity")`; None when it is no field.
    """

    code: str
    message: str
    path: tuple[str, ...] | None = None


class CaravanError(Exception):
    """The root. Never raised itself."""


class Refused(CaravanError):
    """A business refusal. Says no for a reason that a retry cannot change.

    `problems` holds at least one problem, the principal one first.
    """

    code: ClassVar[str]

    def __init__(self, message: str, path: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.problems: tuple[Problem, ...] = (Problem(code=self.code, message=message, path=path),)

    @classmethod
    def of(cls, problems: tuple[Problem, ...]) -> Self:
        """Builds the refusal from several problems; raises ValueError when there are none."""
        if not problems:
            raise ValueError("a refusal needs at least one problem")
        refusal = cls(problems[0].message, problems[0].path)
        refusal.problems = problems
        return refusal


class Invalid(Refused):
    """The input can never be right, whatever the state of the shop."""

    code = "INVALID"


class NotFound(Refused):
    """What the input names does not exist, or not for this caller."""

    code = "NOT_FOUND"


class Conflict(Refused):
    """The state of the thing forbids the change now."""

    code = "CONFLICT"


class Unauthenticated(Refused):
    """Nobody is signed in, or the access token is not valid. Said of the whole request, never of a field."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "the access token is not valid", path: tuple[str, ...] | None = None) -> None:
        super().__init__(message, path)


class Forbidden(Refused):
    """Signed in, but may not."""

    code = "FORBIDDEN"

    def __init__(
        self, message: str = "this needs a role that you do not have", path: tuple[str, ...] | None = None
    ) -> None:
        super().__init__(message, path)


class IdempotencyMismatch(Refused):
    """The idempotency key was used before, with another input."""

    code = "IDEMPOTENCY_MISMATCH"


class Unavailable(CaravanError):
    """A dependency did not answer, or not in time. The effect of the call may be unknown.

    `dependency` is a role ("payments", "database"), never a host.
    """

    def __init__(self, dependency: str, message: str = "did not answer") -> None:
        super().__init__(f"{dependency}: {message}")
        self.dependency = dependency


def refusals(root: type[Refused] = Refused) -> Iterator[type[Refused]]:
    """Every concrete refusal known to the process, each once."""
    for leaf in root.__subclasses__():
        yield leaf
        yield from refusals(leaf)


def refusal_from(problems: tuple[Problem, ...]) -> Refused:
    """Rebuilds the refusal that another process raised, from its problems.

    An unknown code becomes a Conflict that keeps the problems as they are.
    """
    leaf = next((leaf for leaf in refusals() if leaf.code == problems[0].code), Conflict)
    return leaf.of(problems)
