"""Each import contract of pyproject.toml breaks when it should; `make check` itself sees that all of them hold.

Cannot see: more than the one planted import a contract.
"""

import copy
from functools import cache
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.architecture.tree import ROOT, project_file

KINDS: dict[str, type[Any]] = {
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
PLANTS = [
    ("layers", "services.catalog.service", "workflows.names"),
    ("layers", "workflows.names", "gateway"),
    ("layers", "gateway", "workers"),
    ("replay", "workflows.messages", "services.infra.settings"),
    ("replay", "services.shared.errors", "redis"),
    ("contexts-know-no-edge", "services.orders.service", "temporalio"),
    ("contexts-know-no-edge", "services.infra.http", "graphql"),
    ("gateway", "gateway", "services.orders.store"),
    ("gateway", "services.orders.client", "pymongo"),
    ("gateway", "gateway", "services.users.audit.store"),
    ("independent-contexts", "services.orders.service", "services.catalog.models"),
    ("inside-a-context", "services.orders.models", "services.orders.service"),
    ("inside-a-context", "services.users.service", "services.users.passwords"),
    ("pure-rules", "services.orders.service", "services.infra.mongo"),
    ("pure-rules", "services.inventory.ledger", "pymongo"),
    ("pure-rules", "services.shared.money", "pydantic_settings"),
    ("shared-below-all", "services.shared.ids", "services.infra.settings"),
    ("shared-below-all", "services.infra.outbox", "services.orders.models"),
    ("composed-in-one-place", "cli", "services.orders.store"),
    ("composed-in-one-place", "cli", "services.users.audit.store"),
    ("one-driver-module", "services.orders.store", "motor"),
    ("queries-in-stores", "services.payments.provider", "pymongo"),
]


@cache
def import_graph() -> grimp.ImportGraph:
    packages = project_file()["tool"]["importlinter"]["root_packages"]
    return grimp.build_graph(*packages, include_external_packages=True, cache_dir=None)


@cache
def configuration() -> dict[str, Any]:
    return read_configuration(str(ROOT / "pyproject.toml"))


def contracts() -> dict[str, dict[str, Any]]:
    return {options["id"]: options for options in configuration()["contracts_options"]}


@pytest.mark.parametrize(("contract", "importer", "imported"), PLANTS)
def test_a_planted_import_breaks_its_contract(contract: str, importer: str, imported: str) -> None:
    graph = copy.deepcopy(import_graph())
    assert importer in graph.modules, "the plant needs a module that exists"
    if imported not in graph.modules:
        graph.add_module(imported, is_squashed=True)
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="planted")
    options = contracts()[contract]
    check = KINDS[options["type"]](contract, configuration()["session_options"], options)
    assert not check.check(graph, verbose=False).kept


def test_every_contract_has_a_plant() -> None:
    assert {contract for contract, _, _ in PLANTS} == set(contracts())
