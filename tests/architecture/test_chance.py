"""Only `services/shared/clock.py` reads the wall clock, only `services/shared/ids.py` makes identifiers and secrets.

Everything else is given a Clock or an IdFactory, so that tests decide what time it is. Workflows may ask Temporal
(`workflow.now`, `workflow.uuid4`, `workflow.random`): that is the same at every replay.
Measurements (`bench/`) draw their load from a seeded generator and are left out.
Cannot see: a clock that a library reads, or a name built at run time.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import PACKAGES, Module, imported_names, modules

BOUND = tuple(package for package in PACKAGES if package != "bench")
MAKERS_OF_CHANCE = {"random", "secrets", "uuid", "uuid6", "numpy"}
CLOCK_READERS = {"now", "utcnow", "today"}
CLOCKS = {"datetime", "date"}
TIME_READERS = {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "os.urandom"}
ALLOWED = {
    "services/shared/clock.py": {"datetime.now"},
    "services/shared/ids.py": {"uuid6", "secrets"},
    "services/infra/mongo.py": {"random"},  # jitter between attempts of a transaction; nothing is made of it
    "cli/recommendations/quality/marks.py": {"random"},  # a measurement's draws, seeded: the interval of a mark
    "cli/recommendations/quality/split.py": {"random"},  # a measurement's draws, seeded: which baskets are completed
    "gateway/cache_composition.py": {"random"},  # which answers are made anew a little earlier, and which are checked
    "gateway/live/hub.py": {"random"},  # jitter between looks, so that gateways do not look all at once
}
"""Each with what it may use; the list may only shrink."""


def chances(module: Module) -> Iterator[str]:
    """What the module uses that differs from run to run."""
    names = set(imported_names(module.syntax))
    yield from sorted({name.partition(".")[0] for name in names} & MAKERS_OF_CHANCE)
    yield from sorted(names & TIME_READERS)
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if node.attr in CLOCK_READERS and owner.rpartition(".")[2] in CLOCKS:
                yield f"{owner}.{node.attr}"
            if f"{owner}.{node.attr}" in TIME_READERS:
                yield f"{owner}.{node.attr}"


def test_nothing_else_reads_the_clock_or_draws_lots() -> None:
    found = {
        module.path: left
        for module in modules(*BOUND)
        if (left := set(chances(module)) - ALLOWED.get(module.path, set()))
    }
    assert found == {}


def test_every_exception_is_still_needed() -> None:
    found = {module.path: set(chances(module)) for module in modules(*BOUND)}
    assert {path: used for path, used in ALLOWED.items() if found.get(path) != used} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from uuid import uuid4",
        "from datetime import datetime\nnow = datetime.now()",
        "import datetime\nnow = datetime.datetime.utcnow()",
        "import time\nnow = time.time()",
        "from time import time_ns",
        "def f():\n    import secrets",
        "import os\nkey = os.urandom(8)",
    ],
)
def test_a_clock_or_a_lot_is_seen(source: str) -> None:
    assert list(chances(Module(path="workers/planted.py", source=source))) != []


def test_given_clocks_and_temporals_own_are_fine() -> None:
    source = "now = self._clock.now()\nthen = workflow.now()\nid = workflow.uuid4()\nspent = time.monotonic()"
    assert list(chances(Module(path="workflows/planted.py", source=source))) == []
