"""How long somebody still waits, within a process and between two."""

import pytest

from services.infra.calls.deadlines import TIMEOUT_HEADER, at_most, heard, still_waited_for, told, waited_for


def test_without_a_deadline_everybody_has_his_own_time() -> None:
    assert at_most(3) == 3


def test_what_is_left_is_never_more_than_what_is_left_outside() -> None:
    with waited_for(10):
        with waited_for(100):
            assert 9 < at_most(50) <= 10
        with waited_for(1):
            assert at_most(50) <= 1
        assert at_most(2) == 2
    assert at_most(50) == 50


def test_nobody_waits_behind_the_deadline() -> None:
    with waited_for(0):
        assert at_most(5) <= 0


def test_what_must_be_told_of_a_late_end_has_time_behind_the_deadline_and_never_less_than_before() -> None:
    with waited_for(0):
        with still_waited_for(3):
            assert 2 < at_most(5) <= 3
        assert at_most(5) <= 0
    with waited_for(10), still_waited_for(3):
        assert 9 < at_most(50) <= 10


def test_it_arrives_as_it_was_told() -> None:
    assert heard(told(1.25), longest=60) == 1.25
    assert heard(told(100), longest=60) == 60


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5", "1e3", "99999999", "١٢"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert heard({TIMEOUT_HEADER: text}, longest=60) == 60
