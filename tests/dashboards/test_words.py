"""What a person reads in an alert: its words are filled by labels that its expression leaves."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.dashboards.watched import RULE_TESTS, alerts

promtool = shutil.which("promtool")
SHOWN = re.compile(r'description="([^"]*)"')


def told(path: Path, folder: Path) -> str:
    """What promtool answers when no alert is expected at the moments at which one fires: each, with its words."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["rule_files"] = [str((path.parent / name).resolve()) for name in content["rule_files"]]
    for case in content["tests"]:
        asked = [each for each in case.pop("promql_expr_test") if each["exp_samples"]]
        names = [re.findall(r'alertname="(\w+)"', each["expr"])[0] for each in asked]
        case["alert_rule_test"] = [
            {"eval_time": each["eval_time"], "alertname": name, "exp_alerts": []}
            for each, name in zip(asked, names, strict=True)
        ]
    copy = folder / path.name
    copy.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = subprocess.run([str(promtool), "test", "rules", copy], check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.skipif(promtool is None, reason="promtool is not on PATH")
def test_words_are_filled(tmp_path: Path) -> None:
    answers = "".join(told(path, tmp_path) for path in RULE_TESTS)
    shown = SHOWN.findall(answers)
    assert len(shown) >= len(alerts())
    broken = [text for text in shown if re.search(r"no value|error|^ |  | [.,:]", text)]
    assert broken == []
