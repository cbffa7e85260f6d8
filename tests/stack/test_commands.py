"""The command line: what `caravan --help` shows, and that a person's mistake is one line and exit code 1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def caravan(*words: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command, to its end, in an environment with these variables as well."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        env={**os.environ, "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_shows_every_command() -> None:
    shown = caravan("--help")
    assert shown.returncode == 0
    for command in ("up", "demo", "doctor", "invariants", "mail", "keys", "dlq", "notifications"):
        assert f"│ {command} " in shown.stdout


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("up", {"--ports", "--data", "--ready", "--only"}),
        ("demo", {"--once", "--ports", "--data", "--ready"}),
        ("doctor", {"--ready"}),
        ("invariants", {"--ready"}),
        ("mail", {"--ready"}),
    ],
)
def test_each_command_has_its_options(command: str, options: set[str]) -> None:
    shown = caravan(command, "--help").stdout
    assert options <= {word for word in shown.split() if word.startswith("--")}


def test_help_loads_no_driver() -> None:
    loaded = "import sys, cli.main; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert not set(modules) & {"temporalio", "motor", "pymongo", "aiokafka", "redis", "aiohttp", "pydantic", "psutil"}


@pytest.mark.parametrize("command", ["doctor", "invariants", "mail"])
def test_a_missing_ready_file_is_one_line(command: str, tmp_path: Path) -> None:
    answer = caravan(command, "--ready", tmp_path / "none.json")
    assert answer.returncode == 1
    assert answer.stderr == (
        f"caravan: There is no ready file {tmp_path}/none.json: start `caravan up`, or give --ready FILE.\n"
    )


def test_an_unknown_lane_is_one_line() -> None:
    answer = caravan("notifications", "resume", "middle")
    assert (answer.returncode, answer.stderr) == (1, "caravan: There is no lane middle: it is critical or standard.\n")


def test_a_wrong_setting_is_one_line_with_its_name_and_without_its_value(tmp_path: Path) -> None:
    answer = caravan("up", "--data", tmp_path, CARAVAN_GATEWAY__PORT="s3cret")
    assert answer.returncode == 1
    assert "CARAVAN_GATEWAY__PORT" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert "s3cret" not in answer.stderr


@pytest.mark.parametrize("command", ["up", "doctor"])
def test_a_mistyped_setting_is_one_line_with_its_name(command: str, tmp_path: Path) -> None:
    folder = ("--data", tmp_path) if command == "up" else ()
    answer = caravan(command, *folder, CARAVAN_GATWAY__PORT="1")
    assert answer.returncode == 1
    assert answer.stderr == (
        "caravan: The environment cannot be used: CARAVAN_GATWAY__PORT: there is no such setting\n"
    )


def test_production_refuses_default_secrets(tmp_path: Path) -> None:
    answer = caravan("up", "--data", tmp_path, CARAVAN_PROFILE="production")
    assert answer.returncode == 1
    assert "CARAVAN_ACCOUNTS__ADMIN_PASSWORD" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    answer = caravan("up", "--ports", "free", "--data", file / "data")
    assert answer.returncode == 1
    assert "Give another: --data DIR." in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_an_address_that_is_given_and_answers_nothing_is_one_line(tmp_path: Path) -> None:
    given = {
        "CARAVAN_TEMPORAL__ADDRESS": "127.0.0.1:1",
        "CARAVAN_KAFKA__BOOTSTRAP": "127.0.0.1:1",
        "CARAVAN_MONGO__URL": "mongodb://127.0.0.1:1",
        "CARAVAN_REDIS__URL": "redis://127.0.0.1:1",
        "CARAVAN_SMTP__URL": "smtp://127.0.0.1:1",
    }
    answer = caravan("up", "--ports", "free", "--only", "servers", "--data", tmp_path, **given)
    assert answer.returncode == 1
    assert "address given by CARAVAN_" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "ready.json").exists()


def test_doctor_without_a_ready_file_looks_where_the_settings_say(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-P", "-m", "cli", "doctor"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "CARAVAN_KAFKA__BOOTSTRAP": "127.0.0.1:1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert answer.returncode == 1
    kafka = [line for line in answer.stdout.splitlines() if "Kafka" in line]
    assert kafka[0].startswith("WRONG  Kafka           127.0.0.1:1")
    assert "correct CARAVAN_KAFKA__BOOTSTRAP" in kafka[0]
