"""kubernetes/, without a cluster: Kubernetes' own schemas, and the code that the manifests speak of."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml

from gateway.__main__ import DRAIN_SECONDS
from services.infra.consuming.consumer import GROUP_PREFIX
from services.infra.settings import CONTEXTS, SECRETS_FOLDER, Settings
from tests.architecture.tree import ROOT
from workers.consumers import CONSUMERS
from workers.process import GONE_AFTER
from workflows import names

FOLDER = ROOT / "kubernetes"
PROCESSES = (*CONTEXTS, "gateway")
OVERLAY = {
    "CARAVAN_LETTERHEAD__SENDER": "orders@shop.test",
    "CARAVAN_LETTERHEAD__BULK_SENDER": "news@shop.test",
    "CARAVAN_LETTERHEAD__REPLY_TO": "help@shop.test",
}
"""What a cluster must say itself: production refuses the examples."""
OWN_KINDS = {"Kustomization", "ScaledObject"}


@cache
def manifests() -> tuple[Mapping[str, Any], ...]:
    """All of them."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.yaml"))]
    return tuple(manifest for text in texts for manifest in yaml.safe_load_all(text))


def one(kind: str, name: str) -> Mapping[str, Any]:
    """The manifest of that kind and name."""
    (found,) = [each for each in manifests() if each["kind"] == kind and each["metadata"]["name"] == name]
    return found


def test_they_are_what_kubernetes_takes() -> None:
    checked = [each for each in manifests() if each["kind"] not in OWN_KINDS]
    for each in checked:
        kubernetes_validate.validate(each, "1.33", strict=True)
    assert len(checked) > 3 * len(PROCESSES)


def test_every_file_is_a_resource() -> None:
    listed = set(yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))["resources"])
    assert listed == {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.yaml")} - {"kustomization.yaml"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_can_do_nothing_that_it_need_not(name: str) -> None:
    pod = one("Deployment", name)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} == set(container["resources"])
    assert {each["mountPath"] for each in container["volumeMounts"]} == {SECRETS_FOLDER, "/tmp"}  # noqa: S108 (a mount)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_the_time_that_it_drains_in(name: str) -> None:
    pod = one("Deployment", name)["spec"]["template"]["spec"]
    pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > pause + max(GONE_AFTER, DRAIN_SECONDS)


@pytest.mark.parametrize("name", PROCESSES)
def test_production_starts_with_its_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (container,) = one("Deployment", name)["spec"]["template"]["spec"]["containers"]
    values = dict(one("ConfigMap", "caravan")["data"]) | {each["name"]: each["value"] for each in container["env"]}
    for variable, value in values.items():
        monkeypatch.setenv(variable, value)
    expected = {"CARAVAN_IDENTITY__PUBLIC_KEYS": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    if name == "gateway":
        expected["CARAVAN_IDENTITY__PRIVATE_KEY"] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    else:
        expected["CARAVAN_MONGO__PASSWORD"] = "from a secret"
    if name in {"users", "notifications"}:
        expected |= {"CARAVAN_CONTACTS__SEAL_SECRETS": "a", "CARAVAN_CONTACTS__UNSUBSCRIBE_SECRETS": "b"}
    if name == "users":
        expected |= {"CARAVAN_ACCOUNTS__ADMIN_PASSWORD": "c", "CARAVAN_ACCOUNTS__OPS_PASSWORD": "d"}
        expected |= {"CARAVAN_AUTH__KEY_PASSPHRASE": "e"}
    assert not set(expected) & set(values)
    for variable, value in (expected | OVERLAY).items():
        monkeypatch.setenv(variable, value)
    settings = Settings()
    port = settings.gateway.port if name == "gateway" else settings.services.port
    assert container["ports"] == [{"name": "http", "containerPort": port}]
    assert name == "gateway" or settings.services.url_of(name) == f"http://{name}:{port}"


def test_services_grow_with_what_waits_for_them() -> None:
    triggers = {name: one("ScaledObject", name)["spec"]["triggers"] for name in CONTEXTS}
    temporal = [
        each["metadata"]["taskQueue"] for row in triggers.values() for each in row if each["type"] == "temporal"
    ]
    assert sorted(temporal) == sorted(value for name, value in vars(names).items() if name.endswith("_QUEUE"))
    kafka = {
        (name, each["metadata"]["consumerGroup"], each["metadata"]["topic"])
        for name, row in triggers.items()
        for each in row
        if each["type"] == "kafka"
    }
    assert kafka == {(row.service, GROUP_PREFIX + row.consumer, row.topic) for row in CONSUMERS}


def test_the_gateway_has_no_way_to_a_database() -> None:
    policy = one("NetworkPolicy", "gateway")["spec"]
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {53, 8100, 7233, 6379}
