"""What the log says of a step's attempts: a line each, and the places in the code once, for a defect only."""

import logging
from dataclasses import replace

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.errors import ErrorMapping
from services.infra.telemetry import SAID_BY_US
from services.shared.errors import Conflict, Unavailable


class Failing(ActivityInboundInterceptor):
    """An activity that fails as it is told."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def execute_activity(self, input: ExecuteActivityInput) -> object:  # noqa: A002, ARG002 - the SDK's name
        raise self._error


async def attempt(mapping: ErrorMapping, error: Exception, number: int = 1) -> ApplicationError:
    """One attempt at a step of an order, as a worker makes it; how it failed."""
    environment = ActivityEnvironment()
    environment.info = replace(
        ActivityEnvironment.default_info(),
        activity_type="payments.capture_payment",
        workflow_id="order/o1",
        attempt=number,
    )
    mapped = mapping.intercept_activity(Failing(error))

    @activity.defn
    async def step() -> None:
        await mapped.execute_activity(ExecuteActivityInput(fn=step, args=[], executor=None, headers={}))

    with pytest.raises(ApplicationError) as failed:
        await environment.run(step)
    return failed.value


async def test_an_attempt_without_an_answer_is_one_short_line(caplog: pytest.LogCaptureFixture) -> None:
    mapping = ErrorMapping()
    for number in (1, 2):
        await attempt(mapping, Unavailable("payments"), number)
    assert [(each.levelname, each.getMessage(), each.exc_info) for each in caplog.records] == [
        ("WARNING", "a step failed for now: payments: did not answer", None)
    ] * 2
    said = [each.__dict__["temporal_activity"] for each in caplog.records]
    assert [(each["workflow_id"], each["activity_type"], each["attempt"]) for each in said] == [
        ("order/o1", "payments.capture_payment", 1),
        ("order/o1", "payments.capture_payment", 2),
    ]


async def test_a_refusal_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await attempt(ErrorMapping(), Conflict("no"))
    assert caplog.records == []


async def test_a_defect_is_told_each_time_and_its_places_once(caplog: pytest.LogCaptureFixture) -> None:
    mapping = ErrorMapping()
    for number, kind in enumerate((ZeroDivisionError, ZeroDivisionError, LookupError), start=1):
        await attempt(mapping, kind("mongodb://user:secret@host"), number)
    assert [(each.levelname, each.getMessage(), bool(each.exc_info)) for each in caplog.records] == [
        ("ERROR", "a step failed in a way that nobody foresaw: ZeroDivisionError", True),
        ("ERROR", "a step failed in a way that nobody foresaw: ZeroDivisionError", False),
        ("ERROR", "a step failed in a way that nobody foresaw: LookupError", True),
    ]


async def test_temporals_line_is_left_out_for_just_the_attempts_that_are_told_here() -> None:
    mapping = ErrorMapping()
    assert {
        (await attempt(mapping, error)).type for error in (Unavailable("payments"), RuntimeError("a defect"))
    } == set(SAID_BY_US)
