"""The log: JSON lines on standard error, everybody's, with the context and without data."""

import json
import subprocess
import sys
from typing import Any

import pytest

from services.infra.telemetry import configure_logging

PROLOGUE = """
import logging, structlog
from pymongo.errors import DuplicateKeyError
from services.infra.telemetry import configure_logging
configure_logging("INFO", "orders")
log = structlog.get_logger("x")
"""


def lines_of(program: str) -> list[dict[str, Any]]:
    """What a process logs that runs the program."""
    ended = subprocess.run([sys.executable, "-c", PROLOGUE + program], capture_output=True, text=True, check=True)
    assert ended.stdout == ""
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_an_event_is_a_line_with_its_context() -> None:
    [line] = lines_of(
        """
with structlog.contextvars.bound_contextvars(order_id="o1"):
    log.info("placed", lines=2)
"""
    )
    timestamp = line.pop("timestamp")
    assert timestamp.endswith("Z")
    assert line == {"event": "placed", "level": "info", "lines": 2, "order_id": "o1", "process": "orders"}


def test_a_librarys_line_looks_the_same() -> None:
    [line] = lines_of(
        """
with structlog.contextvars.bound_contextvars(order_id="o1"):
    logging.getLogger("temporalio.x").warning("late by %s\\nms", 5, extra={"temporal_activity": {"attempt": 2}})
"""
    )
    assert line["event"] == "late by 5\nms"
    assert (line["level"], line["logger"], line["order_id"]) == ("warning", "temporalio.x", "o1")
    assert line["temporal_activity"] == {"attempt": 2}


def test_a_workflows_line_names_its_step() -> None:
    [line] = lines_of(
        """
logging.getLogger("temporalio.workflow").error("an undo is stuck", extra={"step": "authorize"})
"""
    )
    assert (line["event"], line["step"]) == ("an undo is stuck", "authorize")


def test_what_is_below_the_level_is_not_logged() -> None:
    assert lines_of('log.debug("no"); logging.getLogger("y").debug("no")') == []


def test_an_exception_is_told_with_its_causes_and_places() -> None:
    [line] = lines_of(
        """
try:
    try:
        {}["a"]
    except KeyError as error:
        raise RuntimeError("outer") from error
except RuntimeError:
    log.exception("failed")
"""
    )
    assert [(each["type"], each["text"]) for each in line["exception"]] == [
        ("RuntimeError", "outer"),
        ("KeyError", None),
    ]
    assert "<module>" in line["exception"][0]["frames"][-1]


@pytest.mark.parametrize(
    ("failing", "kind"),
    [
        ("""raise DuplicateKeyError("dup key: { email: 'ada@example.org' }")""", "DuplicateKeyError"),
        ("int('ada@example.org')", "ValueError"),
        ("{}['ada@example.org']", "KeyError"),
    ],
)
def test_the_text_of_an_exception_that_quotes_a_document_is_left_out(failing: str, kind: str) -> None:
    [line] = lines_of(
        f"""
try:
    {failing}
except Exception:
    logging.getLogger("y").exception("failed")
"""
    )
    assert "ada@example.org" not in json.dumps(line)
    assert line["exception"][0]["type"] == kind


def test_temporals_own_line_about_an_attempt_that_is_told_already_is_left_out() -> None:
    lines = lines_of(
        """
class ApplicationError(Exception):
    type = None
for kind in ("UNAVAILABLE", "UNEXPECTED", "OTHER", None):
    error = ApplicationError(kind)
    error.type = kind
    logging.getLogger("temporalio.activity").warning("Completing activity as failed", exc_info=error)
logging.getLogger("temporalio.activity").warning("something else")
"""
    )
    assert [line["exception"][0]["text"] if "exception" in line else line["event"] for line in lines] == [
        "OTHER",
        "None",
        "something else",
    ]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        configure_logging("LOUD", "orders")
