"""Reads docker-compose.yml as Compose does, as far as its checks need it. Starts nothing."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import yaml

from tests.architecture.tree import ROOT

PLACEHOLDER: Final = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")


def filled(text: str) -> str:
    """The text where nothing is set in the environment."""
    return PLACEHOLDER.sub(lambda found: found["default"] or "", text)


@cache
def project() -> Mapping[str, Any]:
    """The whole file."""
    read: Mapping[str, Any] = yaml.safe_load(filled((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    return read


def containers() -> Mapping[str, Mapping[str, Any]]:
    """Its services by name."""
    found: Mapping[str, Mapping[str, Any]] = project()["services"]
    return found


def ours() -> Mapping[str, Mapping[str, Any]]:
    """Those that run the image of this project."""
    return {name: each for name, each in containers().items() if "build" in each}
