"""Every dependency is explained in docs/dependencies.md, and nothing else is.

Cannot see: whether the explanation is right, or a dependency of a dependency.
"""

import re

from tests.architecture.tree import ROOT, project_file

DOCUMENT = ROOT / "docs" / "dependencies.md"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
ROW = re.compile(r"^\| `([^`]+)`", re.MULTILINE)


def declared() -> set[str]:
    """What pyproject.toml asks for, extras included."""
    project = project_file()["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {match.group().lower() for group in groups for line in group if (match := NAME.match(line))}
    return names - {project["name"]}


def test_every_dependency_is_explained() -> None:
    explained = set(ROW.findall(DOCUMENT.read_text(encoding="utf-8")))
    assert declared() - explained == set(), "explain it in docs/dependencies.md"
    assert explained - declared() == set(), "not asked for any more"


def test_a_dependency_is_found_in_its_line() -> None:
    assert {"pyjwt", "temporalio", "ruff"} <= declared()
