"""The error tree: problems travel between processes and come back as what they were."""

import pytest

from services.inventory.errors import OutOfStock
from services.shared.errors import (
    CaravanError,
    Conflict,
    Invalid,
    NotFound,
    Problem,
    Refused,
    Unavailable,
    refusal_from,
    refusals,
)

TWO = (
    Problem(code="OUT_OF_STOCK", message="2 left", path=("lines", "0", "quantity")),
    Problem(code="OUT_OF_STOCK", message="0 left", path=("lines", "3", "quantity")),
)


def test_a_refusal_is_made_of_its_one_problem() -> None:
    refusal = Invalid("must be 1 to 100", ("first",))
    assert refusal.problems == (Problem(code="INVALID", message="must be 1 to 100", path=("first",)),)
    assert str(refusal) == "must be 1 to 100"


def test_a_refusal_of_several_problems_says_the_first() -> None:
    refusal = OutOfStock.of(TWO)
    assert (refusal.problems, str(refusal)) == (TWO, "2 left")


def test_a_refusal_of_no_problem_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Invalid.of(())


@pytest.mark.parametrize("leaf", list(refusals()), ids=lambda leaf: leaf.__name__)
def test_every_refusal_comes_back_as_itself(leaf: type[Refused]) -> None:
    raised = leaf("no", ("sku",))
    rebuilt = refusal_from(raised.problems)
    assert type(rebuilt) is leaf
    assert rebuilt.problems == raised.problems


def test_an_unknown_code_is_a_conflict_that_keeps_its_problems() -> None:
    problems = (Problem(code="FROM_A_NEWER_RELEASE", message="no"),)
    rebuilt = refusal_from(problems)
    assert type(rebuilt) is Conflict
    assert rebuilt.problems == problems


def test_every_refusal_is_listed_once_and_leaves_of_contexts_too() -> None:
    found = list(refusals())
    assert len(found) == len(set(found))
    assert {Invalid, NotFound, Conflict, OutOfStock} <= set(found)
    assert Refused not in found


def test_refusals_of_refusals_are_listed_too() -> None:
    class Broad(Invalid):
        code = "PLANTED_BROAD"

    class Narrow(Broad):
        code = "PLANTED_NARROW"

    assert list(refusals(Broad)) == [Narrow]
    assert {Broad, Narrow} <= set(refusals())


def test_what_is_unavailable_is_named_by_its_role() -> None:
    failure = Unavailable("payments")
    assert (failure.dependency, str(failure)) == ("payments", "payments: did not answer")
    assert isinstance(failure, CaravanError)
    assert not isinstance(failure, Refused)
