"""Every metric that a dashboard or a rule names is one that a running system tells."""

import re
from importlib.resources import files

from tests.architecture.tree import ROOT
from tests.dashboards.watched import expressions, family, metrics_of

TABLED = re.compile(r"^\| `(caravan_\w+)` \|", re.MULTILINE)
SERVER = re.compile(r"(memory|persistence|service|sharditem|task)_")
"""How names of Temporal's server begin. Its port for metrics is its own: they are compared where it is scraped."""

AWAITED = frozenset({"caravan_money_drift_minor"})
"""Agreed, and not counted yet: a name leaves this list when a process tells it."""


def named() -> set[str]:
    """What is named, but for what Prometheus makes itself."""
    names = {name for expression in expressions() for name in metrics_of(expression)}
    return {family(name) for name in names if ":" not in name and name != "up"}


def test_every_metric_of_ours_that_is_named_is_told() -> None:
    # The tables are held against what a running system tells: `tests/integration/test_metrics_table.py`.
    told = {family(name) for name in TABLED.findall((ROOT / "docs" / "metrics.md").read_text(encoding="utf-8"))}
    ours = {name for name in named() if name.startswith("caravan_")}
    assert ours - told - AWAITED == set()


def test_temporals_sdk_has_every_metric_of_its_own_that_is_named() -> None:
    # Many are born with their first use, failures only with a failure: so the library itself is asked.
    [library] = [path for path in files("temporalio.bridge").iterdir() if path.name.endswith((".so", ".pyd"))]
    content = library.read_bytes()
    bare = {name.removeprefix("temporal_").removesuffix("_seconds") for name in named() if name.startswith("temporal_")}
    assert bare
    assert [name for name in sorted(bare) if name.encode() not in content] == []


def test_every_name_is_of_a_known_origin() -> None:
    strange = {name for name in named() if not name.startswith(("caravan_", "temporal_")) and not SERVER.match(name)}
    assert strange == set()


def test_nothing_is_awaited_that_nobody_names() -> None:
    assert AWAITED - named() == set()
