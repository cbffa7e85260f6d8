"""The gateway of a development stack lets one caller do more than a production one, unless it is told otherwise."""

import pytest

from cli.stack.own import room
from services.infra.settings import LimitsSettings, Profile, Settings


def test_one_caller_may_do_what_a_whole_machine_can() -> None:
    given = room(Settings())
    assert given["CARAVAN_LIMITS__BUDGET"] == "20000000"
    assert given["CARAVAN_SIGN_INS__REGISTRATIONS_AN_HOUR"] == "10000"


def test_every_one_of_them_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in room(Settings()).items():
        monkeypatch.setenv(name, value)
    assert Settings().limits.budget_refill == 100 * LimitsSettings().budget_refill


def test_what_the_environment_says_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARAVAN_LIMITS__BUDGET", "500")
    given = room(Settings())
    assert "CARAVAN_LIMITS__BUDGET" not in given
    assert "CARAVAN_LIMITS__BUDGET_REFILL" in given


def test_production_has_no_more_room_than_its_settings() -> None:
    assert room(Settings().model_copy(update={"profile": Profile.PRODUCTION})) == {}
