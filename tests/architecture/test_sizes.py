"""Nothing grows until nobody reads it: modules, functions and signatures have a hard limit.

Cannot see: many small things that are one big thing in disguise.
"""

import ast
from collections.abc import Iterator

from tests.architecture.tree import Module, modules

MODULE_LINES = 400
TEST_MODULE_LINES = 600
FUNCTION_LINES = 50
PARAMETERS = 6
"""Beside `self`; more of them are a dataclass."""


def too_big(module: Module) -> Iterator[str]:
    """What is over its limit, each as a line for a person."""
    lines = len(module.source.splitlines())
    most = TEST_MODULE_LINES if module.path.startswith("tests/") else MODULE_LINES
    if lines > most:
        yield f"{module.path}: {lines} lines, at most {most}"
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _too_big_function(module.path, node)


def _too_big_function(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    where = f"{path}:{node.lineno} {node.name}"
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES:
        yield f"{where}: {lines} lines, at most {FUNCTION_LINES}"
    signature = node.args
    names = [argument.arg for argument in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)]
    count = len([name for name in names if name not in {"self", "cls"}])
    if count > PARAMETERS:
        yield f"{where}: {count} parameters, at most {PARAMETERS}"


def test_nothing_is_too_big() -> None:
    assert [line for module in modules() for line in too_big(module)] == []


def test_what_is_too_big_is_seen() -> None:
    long = "def planted():\n" + "    pass\n" * FUNCTION_LINES
    wide = "class Planted:\n    def planted(self, a, b, c, *, d, e, f): pass\n"
    wider = "async def planted(a, b, c, *, d, e, f, g): pass\n"
    source = long + wide + wider + "# line\n" * MODULE_LINES
    assert list(too_big(Module(path="services/planted.py", source=source))) == [
        "services/planted.py: 454 lines, at most 400",
        "services/planted.py:1 planted: 51 lines, at most 50",
        "services/planted.py:54 planted: 7 parameters, at most 6",
    ]
