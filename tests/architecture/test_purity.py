"""Workflows and activities load no driver, whatever the import graph says.

The import contracts follow import statements, but not the packages above an imported module: a line in an
`__init__.py` escapes them. So this imports everything in a process of its own and looks at what is loaded.
Cannot see: an import that a function makes only when it runs; a driver that is not in DRIVERS.
"""

import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT

DRIVERS = (
    "motor", "pymongo", "bson", "aiokafka", "redis", "aiohttp", "aiosmtplib", "fastapi", "starlette", "uvicorn",
    "graphene", "pydantic_settings",
)  # fmt: skip

PROBE = """
import importlib, pkgutil, sys
for name in sys.argv[1].split(","):
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, name + "."):
        importlib.import_module(found.name)
print(",".join(sorted(set(sys.argv[2].split(",")) & set(sys.modules))))
"""


def loaded_drivers(root: Path, packages: tuple[str, ...]) -> str:
    """The drivers that are loaded once all modules of the packages are, comma-separated."""
    command = [sys.executable, "-c", PROBE, ",".join(packages), ",".join(DRIVERS)]
    probe = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, timeout=100)
    assert probe.returncode == 0, probe.stderr
    return probe.stdout.strip()


def test_workflows_and_activities_load_no_driver() -> None:
    assert loaded_drivers(ROOT, ("workflows", "activities")) == ""


def test_a_driver_behind_a_parent_package_is_seen(tmp_path: Path) -> None:
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    (tmp_path / "motor.py").write_text("")
    (tmp_path / "outer" / "__init__.py").write_text("import motor")
    (tmp_path / "outer" / "inner" / "__init__.py").write_text("")
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "__init__.py").write_text("")
    (tmp_path / "plan" / "step.py").write_text("import outer.inner")
    assert loaded_drivers(tmp_path, ("plan",)) == "motor"
