"""The callers' own identity: short-lived tokens for one service each, made rarely, checked locally."""

from datetime import timedelta

import jwt
import pytest
from pydantic import SecretStr

from services.infra.identity.callers import Identity, KnownCallers, new_pair
from services.infra.identity.raw_keys import DEVELOPMENT_PRIVATE, DEVELOPMENT_PUBLIC
from services.shared.errors import Unauthenticated
from tests.infra.forge import token
from tests.support.doubles import StandingClock

PAIR = new_pair()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def gateway(clock: StandingClock) -> Identity:
    return Identity(SecretStr(PAIR.private), "gateway", clock)


@pytest.fixture
def known(clock: StandingClock) -> KnownCallers:
    return KnownCallers([PAIR.public], clock)


def test_a_known_caller_is_recognised_by_name(gateway: Identity, known: KnownCallers) -> None:
    assert known.caller(gateway.token_for("orders"), "orders") == "gateway"


def test_a_token_for_one_service_is_of_no_use_at_another(gateway: Identity, known: KnownCallers) -> None:
    with pytest.raises(Unauthenticated):
        known.caller(gateway.token_for("orders"), "payments")


def test_a_stranger_is_not_recognised(known: KnownCallers, clock: StandingClock) -> None:
    stranger = Identity(SecretStr(new_pair().private), "gateway", clock)
    with pytest.raises(Unauthenticated):
        known.caller(stranger.token_for("orders"), "orders")


def test_an_access_token_is_no_callers_token(known: KnownCallers) -> None:
    with pytest.raises(Unauthenticated):
        known.caller(token({"aud": "caravan:orders"}), "orders")


def test_a_token_is_reused_and_renewed_long_before_its_end(
    gateway: Identity, known: KnownCallers, clock: StandingClock
) -> None:
    first = gateway.token_for("orders")
    clock.advance(timedelta(seconds=39))
    assert gateway.token_for("orders") == first
    clock.advance(timedelta(seconds=1))
    assert gateway.token_for("orders") != first
    assert known.caller(first, "orders") == "gateway"


def test_a_token_that_was_stolen_is_soon_worth_nothing(
    gateway: Identity, known: KnownCallers, clock: StandingClock
) -> None:
    stolen = gateway.token_for("orders")
    clock.advance(timedelta(seconds=75))
    with pytest.raises(Unauthenticated):
        known.caller(stolen, "orders")


def test_a_clock_that_was_put_back_makes_a_new_token(gateway: Identity) -> None:
    early = StandingClock()
    early.advance(timedelta(hours=-1))
    gateway.token_for("orders")
    gateway._clock = early
    assert KnownCallers([PAIR.public], early).caller(gateway.token_for("orders"), "orders") == "gateway"


def test_between_two_pairs_both_are_known(gateway: Identity, clock: StandingClock) -> None:
    other = new_pair()
    both = KnownCallers([PAIR.public, other.public], clock)
    assert both.caller(gateway.token_for("orders"), "orders") == "gateway"
    assert both.caller(Identity(SecretStr(other.private), "cli", clock).token_for("orders"), "orders") == "cli"


def test_the_development_halves_belong_together(clock: StandingClock) -> None:
    made = Identity(SecretStr(DEVELOPMENT_PRIVATE), "gateway", clock).token_for("orders")
    assert KnownCallers([DEVELOPMENT_PUBLIC], clock).caller(made, "orders") == "gateway"


def test_a_token_lives_for_a_minute(gateway: Identity) -> None:
    claims = jwt.decode(gateway.token_for("orders"), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60


@pytest.mark.parametrize("text", ["", "short", DEVELOPMENT_PRIVATE + "=", "ß" * 43, "A" * 42 + "B"])
def test_what_is_no_key_is_told_without_showing_it(text: str, clock: StandingClock) -> None:
    for make in (lambda: Identity(SecretStr(text), "gateway", clock), lambda: KnownCallers([text], clock)):
        with pytest.raises(ValueError, match="must be the 32 bytes") as refused:
            make()
        assert not text or text not in str(refused.value)
