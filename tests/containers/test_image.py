"""The Dockerfile, without an engine: what it is made of, who it runs as, what it starts."""

import importlib.util
import re
from typing import Final

import pytest

from tests.architecture.tree import ROOT
from tests.containers.compose import ours

LINES: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
LAST: Final = LINES[max(number for number, line in enumerate(LINES) if line.startswith("FROM ")) :]


def test_every_stage_begins_with_the_same_pinned_python() -> None:
    stages = {line.split()[1] for line in LINES if line.startswith("FROM ")}
    assert len(stages) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", stages.pop())


def test_packages_are_the_locked_ones() -> None:
    (install,) = [line for line in LINES if " install " in line and "pip" in line]
    assert "--require-hashes" in install
    assert "-r requirements/runtime.txt" in install
    assert install not in LAST


def test_it_ends_without_root_and_without_tools() -> None:
    assert "USER 10001:10001" in LAST
    assert any("pip uninstall" in line for line in LAST)
    assert not any(line.startswith("RUN apt") for line in LINES)


def test_what_is_copied_is_there_and_let_through() -> None:
    copied = [line.split()[1] for line in LINES if line.startswith("COPY ") and "--from" not in line]
    passed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {source for source in copied if not (ROOT / source).exists()} == set()
    assert {f"!{source}" for source in copied} <= {line.removesuffix("/**") for line in passed}


@pytest.mark.parametrize("name", list(ours()))
def test_what_a_container_starts_is_a_module(name: str) -> None:
    assert 'ENTRYPOINT ["python", "-m"]' in LAST
    assert importlib.util.find_spec(f"{ours()[name]['command'][0]}.__main__") is not None
