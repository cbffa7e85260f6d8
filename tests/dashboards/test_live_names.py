"""Every metric that a dashboard or a rule names is one that a running system tells."""

import re
from importlib.resources import files

import aiohttp

from tests.dashboards.watched import expressions, family, metrics_of
from tests.support.stack import Stack

TYPE = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)
SERVER = re.compile(r"(memory|persistence|service|sharditem|task)_")
"""How names of Temporal's server begin. Its port for metrics is its own: they are compared where it is scraped."""

AWAITED = frozenset({
    "caravan_campaign_recipients", "caravan_inventory_drifted_skus", "caravan_inventory_oversold_skus",
    "caravan_inventory_reservations", "caravan_money_drift_minor", "caravan_orders",
    "caravan_orders_placed_to_answer_seconds", "caravan_orders_placed_to_confirmed_seconds",
    "caravan_payments_captured_minor", "caravan_payments_refunded_minor", "caravan_recommendations_served",
    "caravan_saga_steps", "caravan_saga_steps_stuck", "caravan_saga_undos",
})  # fmt: skip
"""Agreed, and not counted yet: a name leaves this list when a process tells it."""


def named() -> set[str]:
    """What is named, but for what Prometheus makes itself."""
    names = {name for expression in expressions() for name in metrics_of(expression)}
    return {family(name) for name in names if ":" not in name and name != "up"}


async def told(*addresses: str) -> set[str]:
    """What these processes tell, whether or not it has a value yet."""
    async with aiohttp.ClientSession() as session:
        pages = []
        for address in addresses:
            async with session.get(f"{address}/metrics") as answer:
                pages.append(await answer.text())
    return {family(name) for page in pages for name in TYPE.findall(page)}


async def test_processes_tell_every_metric_of_ours_that_is_named(stack: Stack) -> None:
    at = stack.addresses()
    ours = {name for name in named() if name.startswith("caravan_")}
    assert ours - await told(at.gateway, at.services) - AWAITED == set()


def test_temporals_sdk_has_every_metric_of_its_own_that_is_named() -> None:
    # Many are born with their first use, failures only with a failure: so the library itself is asked.
    [library] = [path for path in files("temporalio.bridge").iterdir() if path.name.endswith((".so", ".pyd"))]
    content = library.read_bytes()
    bare = {name.removeprefix("temporal_").removesuffix("_seconds") for name in named() if name.startswith("temporal_")}
    assert bare
    assert [name for name in sorted(bare) if name.encode() not in content] == []


def test_every_name_is_of_a_known_origin() -> None:
    strange = {name for name in named() if not name.startswith(("caravan_", "temporal_")) and not SERVER.match(name)}
    assert strange == set()


def test_nothing_is_awaited_that_nobody_names() -> None:
    assert AWAITED - named() == set()
