"""docker-compose.yml, without an engine: its form, its variables, its secrets, its networks, what waits for what.

`compose-spec.json` is the schema that the authors of Compose publish (compose-spec/compose-spec, Apache-2.0), as it is.
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest

from cli.stack.servers.redis import ROOM
from services.infra.settings import CONTEXTS, SECRETS_FOLDER, Profile, Settings, default_secrets
from tests.architecture.tree import ROOT
from tests.containers.compose import containers, ours, project

SPECIFICATION = Path(__file__).with_name("compose-spec.json")
JOBS = {"mongo-setup", "temporal-schema", "temporal-setup"}
DEVELOPMENT = ROOT / "compose" / "secrets" / "development"


def test_it_is_a_compose_file() -> None:
    jsonschema.Draft7Validator(json.loads(SPECIFICATION.read_text(encoding="utf-8"))).validate(project())


def test_each_service_and_the_gateway_have_a_container() -> None:
    assert {each["command"][1] for each in ours().values() if each["command"][0] == "workers"} == set(CONTEXTS)
    assert set(ours()) == {*CONTEXTS, "gateway", "payment-sandbox"}


@pytest.mark.parametrize("name", list(containers()))
def test_each_is_pinned_limited_and_comes_back(name: str) -> None:
    container = containers()[name]
    assert re.search(r":v?\d+\.\d+", container["image"])
    assert set(container["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert container["restart"] == ("on-failure:10" if name in JOBS else "unless-stopped")
    assert container["networks"]


@pytest.mark.parametrize("name", list(ours()))
def test_ours_may_do_nothing_that_it_need_not(name: str) -> None:
    container = ours()[name]
    assert container["read_only"]
    assert container["cap_drop"] == ["ALL"]
    assert container["user"] == "10001:10001"


def secrets_of(container: dict[str, Any], folder: Path) -> dict[str, str]:
    """What its files of secrets set, by variable."""
    named = [each for each in container.get("secrets", ()) if isinstance(each, dict)]
    assert all(each["target"].startswith(f"{SECRETS_FOLDER}/") for each in named)
    return {Path(each["target"]).name: (folder / each["source"]).read_text().strip() for each in named}


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 (a function)
    """Reads the settings of a container as its process would."""

    def read(name: str, **more: str) -> Settings:
        container = dict(ours()[name])
        given = container["environment"] | secrets_of(container, DEVELOPMENT) | more
        for variable in given:
            if variable.startswith("CARAVAN_"):
                monkeypatch.setenv(variable, str(given[variable]))
        return Settings()

    return read


@pytest.mark.parametrize("name", list(ours()))
def test_every_variable_is_a_setting(name: str, settings_of: Any) -> None:  # noqa: ANN401
    assert settings_of(name).profile is Profile.DEVELOPMENT


@pytest.mark.parametrize("name", CONTEXTS)
def test_a_service_listens_where_the_others_look_for_it(name: str, settings_of: Any) -> None:  # noqa: ANN401
    settings = settings_of(name)
    assert settings.services.url_of(name) == f"http://{name}:{settings.services.port}"
    assert settings.services.together_with(name) == (name,)
    assert urlsplit(containers()[name]["environment"]["HEALTH_URL"]).port == settings.services.port
    assert settings.mongo.username == f"caravan_{name}"


@pytest.mark.parametrize("name", [*CONTEXTS, "gateway"])
def test_a_process_has_no_secret_but_those_that_it_needs(name: str, settings_of: Any) -> None:  # noqa: ANN401
    secrets = {
        "users": {"ACCOUNTS__ADMIN_PASSWORD", "ACCOUNTS__OPS_PASSWORD", "AUTH__KEY_PASSPHRASE"},
        "gateway": {"IDENTITY__PRIVATE_KEY"},
    }.get(name, set())
    if name in {"users", "notifications"}:
        secrets |= {"CONTACTS__SEAL_SECRETS", "CONTACTS__UNSUBSCRIBE_SECRETS"}
    if name != "gateway":
        secrets |= {"MONGO__PASSWORD"}
    known = {*secrets, "IDENTITY__PUBLIC_KEYS"}
    assert set(default_secrets(settings_of(name))) == {f"CARAVAN_{each}" for each in known}


def test_no_secret_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert [each.name for each in DEVELOPMENT.iterdir() if each.read_text().strip() in text] == []


def test_every_secret_has_its_file_and_every_file_is_a_secret() -> None:
    declared = {name: Path(each["file"]) for name, each in project()["secrets"].items()}
    assert {name for name in declared if not (ROOT / declared[name]).is_file()} == set()
    assert set(declared) == {each.name for each in DEVELOPMENT.iterdir()}


@pytest.mark.parametrize("name", list(containers()))
def test_what_is_mounted_is_there(name: str) -> None:
    sources = [volume.split(":")[0] for volume in containers()[name].get("volumes", ())]
    declared = project()["volumes"]
    here = [source for source in sources if source.startswith("./")]
    assert [source for source in here if not (ROOT / source).exists()] == []
    assert [source for source in sources if source[0] not in "./" and source not in declared] == []


@pytest.mark.parametrize("name", list(containers()))
def test_it_waits_for_what_can_be_waited_for(name: str) -> None:
    for other, how in containers()[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in containers()[other]
        elif how["condition"] == "service_completed_successfully":
            assert other in JOBS


def test_only_services_reach_databases() -> None:
    assert {name for name, each in containers().items() if "databases" in each["networks"]} == {
        *CONTEXTS,
        "mongo",
        "mongo-setup",
    }
    assert not {"databases", "events", "temporal-store"} & set(containers()["gateway"]["networks"])


def test_nothing_is_open_beyond_this_machine() -> None:
    ports = [port for each in containers().values() for port in each.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_redis_is_bounded_as_the_embedded_one() -> None:
    command = containers()["redis"]["command"]
    assert command[command.index("--maxmemory") + 1] == ROOM
    assert command[command.index("--maxmemory-policy") + 1] == "volatile-ttl"


def test_prometheus_scrapes_every_process() -> None:
    text = (ROOT / "grafana" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    assert {name for name in CONTEXTS if f"- {name}:8100" not in text} == set()
    assert "gateway:8000" in text
    assert "temporal:9090" in text
