"""What a registration, a name and a password must be."""

import unicodedata

import pytest

from services.shared.actors import Role
from services.shared.errors import Invalid
from services.users import rules
from services.users.errors import WeakPassword
from services.users.rules import checked, checked_name, checked_password, checked_roles
from tests.users.makers import a_register


def test_roles_are_kept_once_each_in_their_order() -> None:
    assert checked_roles((Role.ADMIN, Role.CUSTOMER, Role.ADMIN)) == (Role.CUSTOMER, Role.ADMIN)
    with pytest.raises(Invalid) as refused:
        checked_roles(())
    assert refused.value.problems[0].path == ("roles",)


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 101, "Mia\x07", "Mia\nExample"])
def test_what_is_no_name_is_refused_by_its_path(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_name(name)
    assert refused.value.problems[0].path == ("name",)


def test_a_name_is_trimmed_and_may_have_a_hundred_characters() -> None:
    assert checked_name(" Mia ") == "Mia"
    assert checked_name("x" * 100) == "x" * 100


@pytest.mark.parametrize(
    "password", ["three otters on a raft", "caravan-admin-dev", "caravan-ops-dev", "Zk4!vw0Qmt", "пароль из слов"]
)
def test_an_uncommon_password_of_ten_characters_is_taken(password: str) -> None:
    assert checked_password(password) == password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short-pw9",
        "password123",
        "P@ssw0rd2026!",
        "PASSWORD!!",
        "passwordpassword",
        "letmein12345",
        "Qwerty12345",
        "iloveyou2026",
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "1qaz2wsx3edc",
        "abcdefghij",
        "aaaaaaaaaaaa",
        "abababababab",
        "trustno1trustno1",
        "correcthorsebatterystaple",
        "1q2w3e4r5t6y",
        "michelle22",
    ],
)
def test_a_short_or_common_password_is_weak(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        checked_password(password)
    assert refused.value.problems[0].path == ("password",)
    assert password == "" or password not in str(refused.value)


def test_the_list_is_asked_for_what_follows_no_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "COMMON_WORDS", frozenset())
    assert rules.is_common("michelle22")
    assert rules.is_common("MICHELLE22")
    assert not rules.is_common("three otters on a raft")


def test_a_weak_password_is_told_by_the_field_that_it_came_in() -> None:
    with pytest.raises(WeakPassword) as refused:
        checked_password("password123", "newPassword")
    assert refused.value.problems[0].path == ("newPassword",)


@pytest.mark.parametrize("password", ["three otters\x00on a raft", "three otters \ud800", "otter " * 43])
def test_a_password_nobody_can_type_is_invalid(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_password(password)
    assert refused.value.problems[0].path == ("password",)


def test_a_password_is_the_same_from_every_keyboard() -> None:
    decomposed = unicodedata.normalize("NFD", "drei Öttër im Boot")
    assert checked_password(decomposed) == unicodedata.normalize("NFC", decomposed)


def test_a_checked_command_is_normalised_in_all_its_parts() -> None:
    command = checked(a_register(email=" MIA@example.org", name=" Mia "))
    assert (command.email, command.name) == ("mia@example.org", "Mia")


@pytest.mark.parametrize("password", ["mia.keller@example.org", "MIA.Keller@Example.org", "Mia Keller"])
def test_an_accounts_own_address_or_name_is_no_password(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        checked(a_register(email="mia.keller@example.org", name="Mia Keller", password=password))
    assert refused.value.problems[0].path == ("password",)
