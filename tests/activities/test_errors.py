"""The one mapping of the error tree to Temporal: what a history may hold of a failure, and whether it is retried."""

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationErrorCategory

from activities.errors import MESSAGE_LIMIT, to_failure
from services.shared.errors import Conflict, Problem, Refused, Unavailable, refusals
from workflows.conversion import DATA_CONVERTER
from workflows.failures import failure_of, is_unavailable, refusal_of, unavailable
from workflows.policies import FINAL_TYPES

LEAVES = [leaf for leaf in refusals() if leaf.code in FINAL_TYPES]


def through_history(error: BaseException) -> BaseException:
    """The error as a workflow or a client gets it back."""
    failure = Failure()
    converter, payloads = DATA_CONVERTER.failure_converter, DATA_CONVERTER.payload_converter
    converter.to_failure(error, payloads, failure)
    return converter.from_failure(Failure.FromString(failure.SerializeToString()), payloads)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.code)
def test_a_refusal_is_final_and_benign_and_comes_back_whole(leaf: type[Refused]) -> None:
    problems = (
        Problem(code=leaf.code, message="two left", path=("lines", "1", "quantity")),
        Problem(code=leaf.code, message="none left"),
    )
    failure = to_failure(leaf.of(problems))
    assert (failure.type, failure.non_retryable, failure.category) == (leaf.code, True, ApplicationErrorCategory.BENIGN)
    back = refusal_of(through_history(failure))
    assert back
    assert (type(back), back.problems) == (leaf, problems)


def test_infrastructure_is_retried() -> None:
    failure = to_failure(Unavailable("payments"))
    assert (failure.type, failure.non_retryable, failure.message) == ("UNAVAILABLE", False, "payments: did not answer")
    assert refusal_of(through_history(failure)) is None
    assert is_unavailable(through_history(failure))


def test_an_unexpected_error_is_retried_and_leaves_nothing_but_its_class() -> None:
    failure = to_failure(RuntimeError("mongodb://user:secret@host"))
    assert (failure.type, failure.non_retryable, failure.message) == ("UNEXPECTED", False, "RuntimeError")


def test_a_long_message_is_cut() -> None:
    failure = to_failure(Conflict("x" * 10_000))
    assert len(failure.message) == MESSAGE_LIMIT


def test_no_stack_trace_gets_into_a_history() -> None:
    failure = Failure()
    try:
        raise to_failure(Conflict("no"))
    except Exception as error:  # noqa: BLE001 - whatever it is, it has a trace now
        DATA_CONVERTER.failure_converter.to_failure(error, DATA_CONVERTER.payload_converter, failure)
    assert (failure.message, failure.stack_trace) == ("no", "")


def test_a_workflow_fails_with_the_refusal_behind_an_error_or_else_is_unavailable() -> None:
    assert failure_of(to_failure(Conflict("no")), "not now").type == "CONFLICT"
    failure = failure_of(to_failure(Unavailable("database")), "not now")
    assert (failure.type, failure.message, failure.non_retryable) == ("UNAVAILABLE", "not now", True)
    assert is_unavailable(unavailable("not now"))
