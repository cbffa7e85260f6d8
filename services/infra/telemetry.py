"""Logs: one JSON object a line on standard error, from our own code and from every library alike.

What is bound with `structlog.contextvars` (request, order, workflow, event, trace ids) stands in every line. Personal
data and secrets never do: callers log ids, and an exception's text is left out where it may quote a document.
"""

import logging
import sys
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.contextvars import get_contextvars
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from services.shared.traces import TRACEPARENT

FRAMES: Final = 30
LONGEST_TEXT: Final = 500

QUOTES_DATA: Final = ("aiosmtplib", "bson", "email_validator", "pydantic", "pydantic_core", "pymongo")
"""Packages whose exceptions repeat the document or the input that they refuse."""

OURS: Final = ("activities", "cli", "gateway", "services", "workers", "workflows")
QUOTE_VALUES: Final = (ValueError, LookupError)
"""What Python and libraries raise of these kinds repeats the value or the key that was looked at; ours do not."""

QUIET: Final = {"aiokafka": logging.CRITICAL, "pymongo": logging.WARNING, "uvicorn": logging.WARNING}
"""Libraries that tell several times a second of what we say once ourselves, such as a broker being away."""

SAID_BY_US: Final = ("UNAVAILABLE", "UNEXPECTED")
"""The types of the failures of an attempt that `activities/errors.py` has logged when it made them."""

WORKFLOW_FIELDS: Final = ("temporal_workflow", "temporal_activity", "step")


def configure_logging(level: str, process: str) -> None:
    """Sends everything that is logged to standard error, from `level` (as in the standard library) upwards.

    Raises:
        ValueError: no such level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"no log level: {level}")
    shared = _shared(process)
    structlog.configure(
        processors=[*shared, *_rendering()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(WORKFLOW_FIELDS)],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering()],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    logging.captureWarnings(capture=True)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(max(quiet, number))
    # The SDK tells of every attempt again, each time with its own frames and with the attempt's data twice.
    logging.getLogger("temporalio.activity").addFilter(_not_said_yet)


def current_trace() -> str | None:
    """The `traceparent` of what runs now: bound where a request or an event came in; None where there is none."""
    traceparent: str | None = get_contextvars().get(TRACEPARENT)
    return traceparent


def _not_said_yet(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return getattr(error, "type", None) not in SAID_BY_US


def _shared(process: str) -> list[Processor]:
    def name_the_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_the_process,
    ]


def _rendering() -> list[Processor]:
    return [structlog.processors.ExceptionRenderer(_without_data), structlog.processors.JSONRenderer(default=str)]


def _without_data(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """An exception and what caused it, outermost first: types, places in the code, and the texts that quote nothing."""
    chain: list[dict[str, Any]] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(chain) < FRAMES:
        chain.append({"type": type(error).__name__, "text": _text(error), "frames": _frames(error.__traceback__)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _text(error: BaseException) -> str | None:
    package = type(error).__module__.partition(".")[0]
    quotes = package in QUOTES_DATA or (package not in OURS and isinstance(error, QUOTE_VALUES))
    return None if quotes else str(error)[:LONGEST_TEXT]


def _frames(traceback: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(traceback)[-FRAMES:]]
