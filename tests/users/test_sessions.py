"""Refresh tokens: opaque, derived one from the other, and judged by what their family knows."""

from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.ids import RandomSecrets
from services.users.models import Family, SessionEnd, Verdict
from services.users.sessions import FORGIVEN_FOR, RefreshTokens, digest_of
from tests.support.doubles import CountingIds, StandingClock

DAYS = timedelta(days=30)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def tokens(clock: StandingClock) -> RefreshTokens:
    return RefreshTokens(clock, CountingIds(), RandomSecrets())


def test_a_token_is_256_bits_that_say_nothing(tokens: RefreshTokens) -> None:
    (family, first), (_, second) = tokens.opened("u1"), tokens.opened("u1")
    assert len(urlsafe_b64decode(first + "=")) == 32
    assert first != second
    assert "u1" not in first
    assert digest_of(first) == family.newest


def test_nothing_that_is_kept_gives_a_token_away(tokens: RefreshTokens, clock: StandingClock) -> None:
    family, first = tokens.opened("u1")
    turn = tokens.judged(family, first, clock.now())
    for token in (first, turn.successor):
        secret = urlsafe_b64decode(token + "=")
        for kept in (str(family), str(turn.family), repr(turn), turn.family.salt or ""):
            assert token not in kept
            assert secret.hex() not in kept


def test_a_token_is_good_for_thirty_days_from_its_making(tokens: RefreshTokens, clock: StandingClock) -> None:
    family, first = tokens.opened("u1")
    assert family.expires_at == clock.now() + DAYS
    assert tokens.judged(family, first, clock.now() + DAYS).verdict is Verdict.EXPIRED
    clock.advance(DAYS - timedelta(milliseconds=1))
    turn = tokens.judged(family, first, clock.now())
    assert turn.verdict is Verdict.TURNED
    assert turn.family.expires_at == clock.now() + DAYS


def test_a_turn_makes_a_successor_and_spends_the_token(tokens: RefreshTokens, clock: StandingClock) -> None:
    family, first = tokens.opened("u1")
    turn = tokens.judged(family, first, clock.now())
    assert digest_of(turn.successor) == turn.family.newest != family.newest
    assert turn.family.predecessor == family.newest
    assert tokens.judged(turn.family, turn.successor, clock.now()).verdict is Verdict.TURNED


@pytest.mark.parametrize("late", [timedelta(0), FORGIVEN_FOR, timedelta(seconds=-1)])
def test_a_lost_answer_is_given_again_with_the_same_successor(
    tokens: RefreshTokens, clock: StandingClock, late: timedelta
) -> None:
    family, first = tokens.opened("u1")
    turn = tokens.judged(family, first, clock.now())
    again = tokens.judged(turn.family, first, clock.now() + late)
    assert (again.verdict, again.successor, again.family) == (Verdict.FORGIVEN, turn.successor, turn.family)


def test_five_seconds_later_it_is_reused_and_the_family_ends(tokens: RefreshTokens, clock: StandingClock) -> None:
    family, first = tokens.opened("u1")
    turn = tokens.judged(family, first, clock.now())
    late = clock.now() + FORGIVEN_FOR + timedelta(milliseconds=1)
    reused = tokens.judged(turn.family, first, late)
    assert (reused.verdict, reused.family.ended, reused.successor) == (Verdict.REUSED, SessionEnd.REUSED, "")
    for token in (first, turn.successor):
        again = tokens.judged(reused.family, token, late)
        assert (again.verdict, again.family) == (Verdict.REUSED, reused.family)


def test_only_the_immediate_predecessor_is_forgiven(tokens: RefreshTokens, clock: StandingClock) -> None:
    family, first = tokens.opened("u1")
    second = tokens.judged(family, first, clock.now())
    third = tokens.judged(second.family, second.successor, clock.now())
    assert tokens.judged(third.family, first, clock.now()).verdict is Verdict.REUSED
    assert tokens.judged(third.family, second.successor, clock.now()).successor == third.successor


@pytest.mark.parametrize("end", [SessionEnd.SIGNED_OUT, SessionEnd.REVOKED])
def test_no_token_of_an_ended_family_is_good(tokens: RefreshTokens, clock: StandingClock, end: SessionEnd) -> None:
    family, first = tokens.opened("u1")
    turn = tokens.judged(family, first, clock.now())
    ended = Family(**{name: getattr(turn.family, name) for name in Family.__slots__} | {"ended": end})
    for token in (first, turn.successor):
        assert tokens.judged(ended, token, clock.now()).verdict is Verdict.ENDED


@given(st.text())
def test_what_no_token_looks_like_has_no_digest(text: str) -> None:
    assert digest_of(text) is None


@pytest.mark.parametrize("spoil", ["{}=", " {}", "{}\n", "{}A", "+{}"])
def test_a_token_has_one_spelling(tokens: RefreshTokens, spoil: str) -> None:
    _, token = tokens.opened("u1")
    assert digest_of(spoil.format(token)) is None
    assert digest_of(token[:-1]) is None
