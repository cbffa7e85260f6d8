"""Where programs are: on PATH, or inside an installed package. Starts them only to ask their version."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)*)")
ANSWER_WITHIN = 10
"""Seconds for a program to say its version."""


class Kind(StrEnum):
    """The places that a server can come from, in the order in which they are looked at."""

    ADDRESS = "address"
    PROGRAM = "program"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a server was found.

    Attributes:
        name: the environment variable, the program, or the package.
        version: of the program or package; empty when it does not tell.
        program: the file to start; None for an address that was given.
    """

    kind: Kind
    name: str
    version: str = ""
    program: Path | None = None

    def text(self) -> str:
        return " ".join(part for part in (self.kind.value, self.name, self.version) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What this machine has. `path` is PATH without the environment's own scripts, which count as packages."""

    path: str

    @classmethod
    def of_this_machine(cls) -> "Tools":
        scripts = Path(sys.executable).parent
        parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
        return cls(path=os.pathsep.join(part for part in parts if part and Path(part) != scripts))

    def program(self, name: str, *version_flags: str) -> Source | None:
        """The program on PATH, with its version if flags to ask for it are given."""
        found = shutil.which(name, path=self.path)
        if found is None:
            return None
        version = version_of(Path(found), *version_flags) if version_flags else ""
        return Source(kind=Kind.PROGRAM, name=name, version=version or "", program=Path(found))

    def packaged(self, package: str, file: str) -> Source | None:
        """A program that an installed package carries, wherever in it."""
        try:
            distribution = metadata.distribution(package)
        except metadata.PackageNotFoundError:
            return None
        for entry in distribution.files or ():
            path = Path(str(entry.locate()))
            if entry.name == file and os.access(path, os.X_OK):
                return Source(kind=Kind.PACKAGE, name=package, version=distribution.version, program=path.resolve())
        return None

    def package(self, package: str) -> Source | None:
        """An installed package that is run by this Python."""
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            return None
        return Source(kind=Kind.PACKAGE, name=package, version=version, program=Path(sys.executable))


def version_of(program: Path, *flags: str) -> str | None:
    """The first version number that the program prints for the flags; None when it cannot be started or fails."""
    try:
        answer = subprocess.run(
            [program, *flags],
            capture_output=True,
            text=True,
            timeout=ANSWER_WITHIN,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION.search(answer.stdout + answer.stderr)
    return found.group(1) if found else ""


def given(variable: str) -> Source:
    """An address that somebody gave: nothing is started."""
    return Source(kind=Kind.ADDRESS, name=variable)
