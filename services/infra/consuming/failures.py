"""What a failure says of itself in a dead letter: its class and a sentence. Decides nothing about the record."""

from traceback import walk_tb
from types import TracebackType

from services.shared.errors import CaravanError, Refused
from services.shared.replays import Disposition, Failure


def failure_of(failure: Exception, disposition: Disposition | None = None) -> Failure:
    """A refusal is PERMANENT, anything else EXHAUSTED, unless the disposition is given.

    A driver's words never get into the message, nor the record's: of an unexpected exception it says where in our code
    it came from. The log has the rest.
    """
    kind = type(failure)
    refused = Disposition.PERMANENT if isinstance(failure, Refused) else Disposition.EXHAUSTED
    return Failure(
        disposition=disposition or refused,
        exception_class=f"{kind.__module__}.{kind.__qualname__}",
        message=_said(failure),
    )


def _said(failure: Exception) -> str:
    if isinstance(failure, CaravanError):
        return str(failure)
    return f"unexpected, in {_last_place(failure.__traceback__)}"


def _last_place(traceback: TracebackType | None) -> str:
    """The innermost function of ours that it came through."""
    places = [
        f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"
        for frame, _ in walk_tb(traceback)
        if str(frame.f_globals.get("__name__", "")).startswith(("services.", "workers."))
    ]
    return places[-1] if places else "unknown code"
