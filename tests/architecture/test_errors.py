"""One error tree: every refusal has a code of its own that clients know, and services raise nothing beside the tree.

A private exception (`_Name`) that a module raises and catches itself is no error but a way out, and left alone.
Cannot see: an exception of a library that nobody maps, or a private one that gets away.
"""

import ast
import importlib
from collections import Counter
from collections.abc import Iterator

from graphql import EnumTypeDefinitionNode, parse

from services.shared.errors import Refused, refusals
from tests.architecture.tree import ROOT, Module, contexts, modules

SCHEMA = ROOT / "tests" / "contract" / "schema.graphql"
OF_THE_CALLER = {"UNAUTHENTICATED", "FORBIDDEN"}
"""Codes of a whole answer: said of who asks, never among a payload's errors."""

NOTHING_OF_THEIR_OWN = {"notifications", "recommendations"}
"""Contexts that refuse nothing beyond the shared tree."""

OUTSIDE_BASES = {"Exception", "BaseException", "ValueError", "RuntimeError", "KeyError", "TypeError", "LookupError"}


def all_refusals() -> list[type[Refused]]:
    for context in contexts():
        importlib.import_module(f"services.{context}.errors")
    return [leaf for leaf in refusals() if leaf.__module__.startswith("services.")]


def error_codes() -> set[str]:
    """The contract's ErrorCode."""
    definitions = parse(SCHEMA.read_text(encoding="utf-8")).definitions
    enums = [node for node in definitions if isinstance(node, EnumTypeDefinitionNode)]
    return {value.name.value for node in enums if node.name.value == "ErrorCode" for value in node.values or ()}


def errors_beside_the_tree(module: Module) -> Iterator[str]:
    """Exception classes that do not come from the tree."""
    for node in ast.walk(module.syntax):
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        if OUTSIDE_BASES & {ast.unparse(base) for base in node.bases}:
            yield f"{module.path}:{node.lineno} {node.name}"


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = Counter(leaf.code for leaf in all_refusals())
    assert [code for code, count in codes.items() if count > 1] == []


def test_every_code_is_one_that_clients_know() -> None:
    assert {leaf.code for leaf in all_refusals()} - error_codes() == OF_THE_CALLER
    assert "OUT_OF_STOCK" in error_codes()


def test_refusals_are_found_in_every_context() -> None:
    homes = {leaf.__module__ for leaf in all_refusals()}
    own = {context for context in contexts() if context not in NOTHING_OF_THEIR_OWN}
    assert homes == {"services.shared.errors", *(f"services.{context}.errors" for context in own)}


def test_services_have_no_errors_beside_the_tree() -> None:
    root = "services/shared/errors.py"
    found = [line for module in modules("services") if module.path != root for line in errors_beside_the_tree(module)]
    assert found == []


def test_an_error_beside_the_tree_is_seen() -> None:
    source = "class Odd(ValueError): pass\nclass Even(Refused): pass\nclass _Out(Exception): pass\n"
    planted = Module(path="services/orders/planted.py", source=source)
    assert list(errors_beside_the_tree(planted)) == ["services/orders/planted.py:1 Odd"]
