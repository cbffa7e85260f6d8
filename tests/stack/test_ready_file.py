"""The ready file holds what the contract says, whole, for its owner alone."""

import json
from pathlib import Path

import pytest

from cli.errors import CommandFailed
from cli.ready import Addresses, environment_of, read_ready, write_ready
from services.infra.settings import CONTEXTS, Settings

ADDRESSES = Addresses(
    graphql="http://127.0.0.1:1/graphql",
    gateway="http://127.0.0.1:1",
    temporal="127.0.0.1:2",
    temporal_ui="http://127.0.0.1:3",
    kafka="127.0.0.1:4",
    mongo="mongodb://127.0.0.1:5",
    redis="redis://127.0.0.1:6",
    smtp="127.0.0.1:7",
    mailbox="/mail",
    payment_sandbox="http://127.0.0.1:8",
    services="http://127.0.0.1:9",
    logs="/logs",
    pids={"gateway": 1, "services": 2},
)
CONTRACT = (
    "graphql gateway temporal temporalUi kafka mongo redis smtp mailbox paymentSandbox pids"  # the contract's README
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ready.json"
    write_ready(path, ADDRESSES)
    assert read_ready(path) == ADDRESSES


def test_it_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    write_ready(tmp_path / "ready.json", ADDRESSES)
    written = json.loads((tmp_path / "ready.json").read_text())
    assert set(written) >= set(CONTRACT.split())
    assert written["paymentSandbox"] == ADDRESSES.payment_sandbox
    assert written["pids"] == {"gateway": 1, "services": 2}


def test_it_is_for_its_owner_alone_and_leaves_no_half_file(tmp_path: Path) -> None:
    write_ready(tmp_path / "ready.json", ADDRESSES)
    write_ready(tmp_path / "ready.json", ADDRESSES)
    assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]
    assert (tmp_path / "ready.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"pids": {"gateway": "no number"}}', '{"kafka": 7}'])
def test_what_is_no_ready_file_is_one_clear_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ready.json"
    path.write_text(text)
    with pytest.raises(CommandFailed, match=r"is no ready file") as refusal:
        read_ready(path)
    assert "\n" not in str(refusal.value)


def test_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"is no ready file of `caravan up`: Is a directory\.$"):
        read_ready(tmp_path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="caravan up"):
        read_ready(tmp_path / "ready.json")


def test_a_process_with_its_environment_works_on_that_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_of(ADDRESSES).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.temporal.address == ADDRESSES.temporal
    assert settings.temporal.ui == ADDRESSES.temporal_ui
    assert settings.kafka.bootstrap == ADDRESSES.kafka
    assert settings.mongo.url == ADDRESSES.mongo
    assert settings.redis.url == ADDRESSES.redis
    assert settings.smtp.url == "smtp://127.0.0.1:7"
    assert settings.payments.provider_url == ADDRESSES.payment_sandbox
    assert {settings.services.url_of(context) for context in CONTEXTS} == {ADDRESSES.services}
