"""What waits is tried again when it wants to be, unless too many want to at once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from activities.turns import Turns

NOW = datetime(2026, 11, 22, 21, 4, 5, 300000, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_one_that_waits_alone_gets_the_moment_that_it_wants() -> None:
    turns = Turns(a_second=2)
    assert turns.next_turn(NOW, NOW + 7 * SECOND) == NOW + 7 * SECOND
    assert turns.next_turn(NOW, NOW - SECOND) == NOW


def test_a_crowd_is_spread_and_none_is_early() -> None:
    turns = Turns(a_second=10)
    given = [turns.next_turn(NOW, NOW + 5 * SECOND) for _ in range(95)]
    assert min(given) == NOW + 5 * SECOND
    assert max(Counter(each.replace(microsecond=0) for each in given).values()) == 10
    assert max(given) < NOW + 16 * SECOND


def test_who_wants_to_wait_long_keeps_nobody_waiting() -> None:
    turns = Turns(a_second=1)
    turns.next_turn(NOW, NOW + 3600 * SECOND)
    assert turns.next_turn(NOW, NOW + SECOND) == NOW + SECOND


def test_what_is_past_is_forgotten() -> None:
    turns = Turns(a_second=1)
    for _ in range(50):
        turns.next_turn(NOW, NOW)
    later = NOW + 100 * SECOND
    assert turns.next_turn(later, later) == later
    assert len(turns._given) == 1
