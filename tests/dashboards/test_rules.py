"""Every alert is well formed, is tested in both directions, and has its runbook; no runbook is left over."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.dashboards.watched import (
    PROMETHEUS,
    RULE_TESTS,
    RULES,
    RUNBOOKS,
    alerts,
    expressions,
    metrics_of,
    rule_tests,
)

ASKED = re.compile(r'alertname="(\w+)", alertstate="firing"')
LINK = re.compile(r"\]\((operations\.md)#([a-z0-9-]+)\)")

promtool = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(promtool is None, reason="promtool is not on PATH")


def anchors(text: str, level: str) -> list[str]:
    """The anchors of the headings of that level, as Markdown pages have them."""
    headings = re.findall(rf"^{level} (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings]


@needs_promtool
def test_the_rules_are_valid() -> None:
    subprocess.run([str(promtool), "check", "rules", *RULES], check=True, capture_output=True)


@needs_promtool
def test_the_configuration_is_valid() -> None:
    subprocess.run([str(promtool), "check", "config", PROMETHEUS / "prometheus.yml"], check=True, capture_output=True)


@needs_promtool
@pytest.mark.parametrize("path", RULE_TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_clear(path: Path) -> None:
    done = subprocess.run([str(promtool), "test", "rules", path], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_tested_to_be_quiet_to_fire_and_to_clear() -> None:
    courses = {
        match.group(1): [bool(ask["exp_samples"]) for ask in case["promql_expr_test"]]
        for case in rule_tests()
        if (match := ASKED.search(case["promql_expr_test"][0]["expr"]))
    }
    assert courses == {alert.name: [False, True, False] for alert in alerts()}


def test_each_alert_says_what_it_is_and_has_its_runbook() -> None:
    for alert in alerts():
        assert alert.labels["severity"] in {"page", "ticket"}, alert.name
        assert set(alert.annotations) == {"summary", "description", "runbook_url"}, alert.name
        assert alert.annotations["runbook_url"] == f"{RUNBOOKS.relative_to(ROOT)}#{alert.name.lower()}"
    assert sorted(anchors(RUNBOOKS.read_text(encoding="utf-8"), "###")) == sorted(a.name.lower() for a in alerts())


def test_runbooks_lead_to_sections_that_are_there() -> None:
    there = anchors((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), "##")
    assert {anchor for _, anchor in LINK.findall(RUNBOOKS.read_text(encoding="utf-8"))} - set(there) == set()


def test_every_expression_is_promql() -> None:
    assert all(metrics_of(expression) for expression in expressions())


def test_names_are_taken_from_an_expression() -> None:
    expression = 'sum by (step) (rate(a_total{b="c_d"}[5m])) / on () group_left () max(e) unless f offset 5m'
    assert metrics_of(expression) == {"a_total", "e", "f"}
