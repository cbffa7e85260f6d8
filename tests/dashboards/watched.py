"""What is in grafana/ as tests read it: rules, their tests, dashboards, and the metrics that PromQL names."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml
from promql_parser import Expr, VectorSelector, parse, walk

from tests.architecture.tree import ROOT

PROMETHEUS: Final = ROOT / "grafana" / "prometheus"
RULES: Final = sorted((PROMETHEUS / "rules").glob("*.yml"))
RULE_TESTS: Final = sorted((PROMETHEUS / "tests").glob("*.yml"))
BOARDS: Final = ROOT / "grafana" / "dashboards"
RUNBOOKS: Final = ROOT / "docs" / "runbooks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alerting rule."""

    name: str
    labels: dict[str, str]
    annotations: dict[str, str]


def rules() -> list[dict[str, Any]]:
    """All rules, as they are in the files."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULES]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def alerts() -> list[Alert]:
    """All alerting rules."""
    return [
        Alert(name=rule["alert"], labels=rule["labels"], annotations=rule["annotations"])
        for rule in rules()
        if "alert" in rule
    ]


def rule_tests() -> list[dict[str, Any]]:
    """All cases of `promtool test rules`."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULE_TESTS]
    return [case for file in files for case in file["tests"]]


def boards() -> dict[str, dict[str, Any]]:
    """The dashboards that are checked in, by file name."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(BOARDS.glob("*.json"))}


def panels() -> Iterator[dict[str, Any]]:
    """All panels that show something."""
    for board in boards().values():
        yield from (panel for panel in board["panels"] if panel["type"] != "row")


def expressions() -> list[str]:
    """All PromQL there is, Grafana's interval written as one."""
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [text.replace("$__rate_interval", "5m") for text in (*(rule["expr"] for rule in rules()), *shown)]


def metrics_of(expression: str) -> set[str]:
    """The metrics that an expression names. Raises ValueError if it is no PromQL."""
    found: set[str] = set()

    def note(node: Expr) -> bool:
        if isinstance(node, VectorSelector) and node.name:
            found.add(node.name)
        return True

    walk(parse(expression), note)
    return found


def family(metric: str) -> str:
    """What a series' metric is called without the endings of counters and histograms."""
    return re.sub(r"_(bucket|count|sum|total)$", "", metric)
