"""The settings: `.env.example` is the whole tree, the environment arrives typed, production refuses known secrets."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.infra.settings import (
    CONTEXTS,
    Profile,
    Section,
    ServicesSettings,
    Settings,
    default_secrets,
    what_is_wrong,
)
from tests.architecture.tree import ROOT

SECRETS = {
    "CARAVAN_IDENTITY__PRIVATE_KEY": "",
    "CARAVAN_IDENTITY__PUBLIC_KEYS": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "CARAVAN_AUTH__KEY_PASSPHRASE": "other-2",
    "CARAVAN_ACCOUNTS__ADMIN_PASSWORD": "other-3",
    "CARAVAN_ACCOUNTS__OPS_PASSWORD": "other-4",
    "CARAVAN_CONTACTS__SEAL_SECRETS": "",
    "CARAVAN_CONTACTS__UNSUBSCRIBE_SECRETS": "other-5, other-6",
}

LETTERHEAD = {
    "CARAVAN_LETTERHEAD__SENDER": "orders@shop.test",
    "CARAVAN_LETTERHEAD__BULK_SENDER": "news@shop.test",
    "CARAVAN_LETTERHEAD__REPLY_TO": "help@shop.test",
    "CARAVAN_LETTERHEAD__IMPRINT": "Shop, 2 Long Road, Town",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CARAVAN_"):
            monkeypatch.delenv(name)


@pytest.fixture
def example() -> dict[str, str]:
    """What `.env.example` sets."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    assert len({name for name, _, _ in pairs}) == len(pairs), "a name twice"
    return {name: value for name, _, value in pairs}


def names() -> set[str]:
    """The environment name of every setting."""
    tree = Settings()
    sections = {name: getattr(tree, name) for name in Settings.model_fields}
    nested = {
        f"CARAVAN_{name}__{field}".upper()
        for name, section in sections.items()
        if isinstance(section, Section)
        for field in type(section).model_fields
    }
    return nested | {f"CARAVAN_{name}".upper() for name, value in sections.items() if not isinstance(value, Section)}


class TestExample:
    def test_it_names_every_setting_and_nothing_else(self, example: dict[str, str]) -> None:
        assert set(example) == names()

    def test_it_says_the_defaults(self, example: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in example.items():
            monkeypatch.setenv(name, value)
        assert Settings() == Settings.model_construct(**{name: f.default for name, f in Settings.model_fields.items()})


class TestEnvironment:
    def test_a_nested_name_arrives_typed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARAVAN_GATEWAY__PORT", "9000")
        monkeypatch.setenv("CARAVAN_AUTH__KEY_PASSPHRASE", "sealed")
        settings = Settings()
        assert settings.gateway.port == 9000
        assert settings.auth.key_passphrase == SecretStr("sealed")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("CARAVAN_GATEWAY__PORT", "70000"),
            ("CARAVAN_GATEWAY__PORT", "http"),
            ("CARAVAN_GATEWAY__PROT", "8000"),
            ("CARAVAN_GATWAY__PORT", "8000"),
            ("caravan_gatway__port", "8000"),
            ("CARAVAN_GATEWAY_PORT", "8000"),
            ("CARAVAN_PROFILE__NAME", "production"),
            ("CARAVAN_AUTH__ACCESS_MINUTES", "0"),
            ("CARAVAN_PROFILE", "prod"),
            ("CARAVAN_LETTERHEAD__SENDER", "orders@caravan.example\r\nBcc: victim@else.example"),
            ("CARAVAN_LETTERHEAD__SHOP", "Caravan\nBcc: victim@else.example"),
            ("CARAVAN_LETTERHEAD__SHOP", ""),
            ("CARAVAN_LETTERHEAD__IMPRINT", "{{name}}"),
        ],
    )
    def test_what_cannot_be_right_stops_the_start(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(ValidationError):
            Settings()

    @pytest.mark.parametrize("name", ["CARAVAN_GATWAY__PORT", "CARAVAN_GATEWAY__PROT", "CARAVAN_PORT"])
    def test_a_mistyped_variable_is_named_in_one_line_without_its_value(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, "s3cret")
        with pytest.raises(ValidationError) as refused:
            Settings()
        assert what_is_wrong(refused.value) == f"{name}: there is no such setting"

    def test_a_section_may_come_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARAVAN_GATEWAY", '{"port": 9000}')
        monkeypatch.setenv("CARAVANSERAI", "is not ours")
        assert Settings().gateway.port == 9000

    @pytest.mark.parametrize("broken", ["{", "[]", "s3cret"])
    def test_a_section_that_is_no_json_is_named_in_one_line_without_its_value(
        self, monkeypatch: pytest.MonkeyPatch, broken: str
    ) -> None:
        monkeypatch.setenv("CARAVAN_GATEWAY", broken)
        with pytest.raises(ValidationError) as refused:
            Settings()
        assert what_is_wrong(refused.value) == "CARAVAN_GATEWAY: must be a JSON object"

    def test_no_secret_shows_in_a_repr(self) -> None:
        shown = repr(Settings())
        assert [secret for secret in ("vD8kXoGZPEjr", "-dev") if secret in shown] == []

    def test_a_setting_never_changes(self) -> None:
        settings = Settings()
        with pytest.raises(ValidationError):
            settings.gateway.port = 1


class TestSecretFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Where the files are looked for."""
        monkeypatch.setitem(Settings.model_config, "secrets_dir", tmp_path)
        return tmp_path

    def test_a_file_named_like_the_variable_holds_its_value(self, folder: Path) -> None:
        (folder / "CARAVAN_MONGO__PASSWORD").write_text("from-a-file\n")
        settings = Settings()
        assert settings.mongo.password == SecretStr("from-a-file")
        assert not settings.mongo.username

    def test_the_environment_goes_first_variable_by_variable(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "CARAVAN_ACCOUNTS__ADMIN_PASSWORD").write_text("from-a-file")
        (folder / "CARAVAN_ACCOUNTS__OPS_PASSWORD").write_text("from-a-file")
        monkeypatch.setenv("CARAVAN_ACCOUNTS__OPS_PASSWORD", "from-outside")
        accounts = Settings().accounts
        assert (accounts.admin_password, accounts.ops_password) == (SecretStr("from-a-file"), SecretStr("from-outside"))

    def test_a_file_that_is_no_setting_is_refused_without_what_it_holds(self, folder: Path) -> None:
        (folder / "CARAVAN_MONGO__PASSWROD").write_text("s3cret")
        with pytest.raises(ValidationError) as refused:
            Settings()
        assert what_is_wrong(refused.value) == "CARAVAN_MONGO__PASSWROD: there is no such setting"

    def test_production_refuses_a_password_of_the_development_containers(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CARAVAN_PROFILE", "production")
        for name, value in (SECRETS | LETTERHEAD).items():
            monkeypatch.setenv(name, value)
        (folder / "CARAVAN_MONGO__PASSWORD").write_text("caravan-mongo-orders-dev\n")
        with pytest.raises(ValidationError) as refused:
            Settings()
        assert what_is_wrong(refused.value) == "production refuses default secrets: set CARAVAN_MONGO__PASSWORD"


class TestProduction:
    def test_it_starts_with_secrets_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARAVAN_PROFILE", "production")
        for name, value in (SECRETS | LETTERHEAD).items():
            monkeypatch.setenv(name, value)
        assert Settings().profile is Profile.PRODUCTION

    @pytest.mark.parametrize("left", list(LETTERHEAD))
    def test_it_refuses_mails_from_an_example_by_name(self, monkeypatch: pytest.MonkeyPatch, left: str) -> None:
        monkeypatch.setenv("CARAVAN_PROFILE", "production")
        for name, value in (SECRETS | LETTERHEAD).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv(left)
        with pytest.raises(ValidationError, match=left) as refused:
            Settings()
        assert what_is_wrong(refused.value) == f"production refuses mails from an example: set {left}"

    @pytest.mark.parametrize("left", list(SECRETS))
    def test_it_refuses_each_default_secret_by_name(self, monkeypatch: pytest.MonkeyPatch, left: str) -> None:
        monkeypatch.setenv("CARAVAN_PROFILE", "production")
        for name in set(SECRETS) - {left}:
            monkeypatch.setenv(name, SECRETS[name])
        with pytest.raises(ValidationError, match=left) as refused:
            Settings()
        assert what_is_wrong(refused.value) == f"production refuses default secrets: set {left}"

    def test_it_refuses_a_list_in_which_a_default_secret_is_still_believed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CARAVAN_PROFILE", "production")
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CARAVAN_CONTACTS__SEAL_SECRETS", "other-7, caravan-seal-dev")
        with pytest.raises(ValidationError, match="CARAVAN_CONTACTS__SEAL_SECRETS"):
            Settings()

    def test_every_secret_is_known(self) -> None:
        assert set(default_secrets(Settings())) == set(SECRETS)

    def test_development_may_keep_them(self) -> None:
        assert Settings().profile is Profile.DEVELOPMENT


class TestServices:
    def test_services_of_one_address_are_together(self) -> None:
        assert ServicesSettings().together_with("orders") == tuple(sorted(CONTEXTS))

    def test_a_service_of_its_own_address_is_alone(self) -> None:
        settings = ServicesSettings(orders="http://127.0.0.1:8101")
        assert settings.together_with("orders") == ("orders",)
        assert "orders" not in settings.together_with("payments")
        assert settings.url_of("orders") == "http://127.0.0.1:8101"
