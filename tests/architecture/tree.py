"""The project's own source, as the architecture tests read it. Finds and parses; judges nothing."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bench", "cli", "gateway", "workers", "workflows", "activities", "services")
"""Everything that is shipped, top to bottom."""

NO_CONTEXT = {"shared", "infra"}
"""Folders under services/ that are no bounded context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A source file: its path below the root, with forward slashes, and its syntax tree."""

    path: str
    source: str

    @property
    def syntax(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def name(self) -> str:
        """As one would import it."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The Python files of these folders (all that is shipped, and the tests, when none is named)."""
    return tuple(
        Module(path=path.relative_to(ROOT).as_posix(), source=path.read_text(encoding="utf-8"))
        for folder in folders or (*PACKAGES, "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


@cache
def project_file() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def contexts() -> list[str]:
    """The bounded contexts: the packages under services/ but for the shared ones."""
    found = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    return sorted(found - NO_CONTEXT)


def project_texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file that is, or is about to be, under version control; binary files are left out."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for path in sorted(set(listed)):
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def imported_names(syntax: ast.Module) -> Iterator[str]:
    """What a module imports, anywhere in it: `a.b` for `import a.b`, `a.b` and `a.b.c` for `from a.b import c`."""
    for node in ast.walk(syntax):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
