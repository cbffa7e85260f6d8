"""The dashboards that are checked in are those of the code, Grafana's model knows every key, and each panel advises."""

import json
import re
import warnings
from typing import Any

import pytest

from cli.dashboards.table import files
from tests.architecture.tree import ROOT
from tests.dashboards.watched import BOARDS, RUNBOOKS, alerts, boards, panels

SENTENCE = re.compile(r"[A-Za-z].{30,}[.]$")


def test_the_files_are_what_the_code_says() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in BOARDS.glob("*.json")}
    assert found == files(), "run `make dashboards`"


@pytest.mark.parametrize("name", sorted(boards()))
def test_grafanas_model_knows_every_key(name: str) -> None:
    with warnings.catch_warnings():
        # The package says so of the model that every Grafana reads.
        warnings.filterwarnings("ignore", message="Prefer using", category=DeprecationWarning)
        from grafana_foundation_sdk.cog.encoder import JSONEncoder  # noqa: PLC0415
        from grafana_foundation_sdk.models.dashboard import Dashboard  # noqa: PLC0415
    board = boards()[name]
    through = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
    assert lost(board, through) == []


def lost(sent: Any, back: Any, at: str = "") -> list[str]:  # noqa: ANN401 (JSON)
    """Where what came back lacks or alters what was sent; what is added is a default."""
    if isinstance(sent, dict) and isinstance(back, dict):
        return [line for key, value in sent.items() for line in lost(value, back.get(key), f"{at}.{key}")]
    if isinstance(sent, list) and isinstance(back, list) and len(sent) == len(back):
        return [line for index, value in enumerate(sent) for line in lost(value, back[index], f"{at}[{index}]")]
    return [] if sent == back else [at]


def test_a_key_that_grafana_does_not_know_is_seen() -> None:
    assert lost({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}], "d": 3}) == [".a[0].c"]


def test_each_panel_says_what_to_do_and_is_readable() -> None:
    for panel in panels():
        advice, *runbooks = panel["description"].split("\n\n")
        assert SENTENCE.search(advice), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert all(target["legendFormat"] for target in panel["targets"]), panel["title"]
        for runbook in runbooks:
            name = runbook.removeprefix(f"Runbook: {RUNBOOKS.relative_to(ROOT)}#")
            assert name in {alert.name.lower() for alert in alerts()}, runbook


def test_panels_stand_beside_each_other() -> None:
    for name, board in boards().items():
        taken = [
            (x, y)
            for panel in board["panels"]
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(taken) == len(set(taken)), name
