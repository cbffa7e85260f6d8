"""`workers/registry.py` is the one table of workflows and activities: all that there are, each once, by explicit names.

What is missing there fails only when the first order needs it. Measurements (`bench/`) run workers of their own.
Cannot see: a definition that is not written as a decorator.
"""

import ast
from collections import Counter
from collections.abc import Iterator

from temporalio import activity, workflow

from tests.architecture.tree import PACKAGES, Module, modules
from workers.registry import QUEUES, REPLAYS, step_names

DECORATORS = {"workflow.defn", "activity.defn"}


def definitions(module: Module) -> Iterator[tuple[str, str]]:
    """Each workflow class and activity method: its qualified name, and the name that Temporal knows it by."""
    yield from _definitions(module.name, module.syntax.body)


def _definitions(prefix: str, body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        name = f"{prefix}.{node.name}"
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            if ast.unparse(call.func if call else decorator) in DECORATORS:
                yield name, _wire_name(call)
        yield from _definitions(name, node.body)


def _wire_name(call: ast.Call | None) -> str:
    named = [keyword.value for keyword in (call.keywords if call else []) if keyword.arg == "name"]
    return next((str(value.value) for value in named if isinstance(value, ast.Constant)), "")


def defined() -> list[tuple[str, str]]:
    shipped = [package for package in PACKAGES if package != "bench"]
    return [found for module in modules(*shipped) for found in definitions(module)]


def kinds_of_steps() -> list[type]:
    """The classes of all services' steps; those of a service with several queues once."""
    return list(dict.fromkeys(queue.activities for queue in QUEUES.values() if queue.activities is not None))


def kinds_of_workflows() -> list[type]:
    """Each once for each service, on whichever of its queues it is decided."""
    return [
        kind
        for kind, _ in dict.fromkeys((kind, queue.service) for queue in QUEUES.values() for kind in queue.workflows)
    ]


def registered() -> list[str]:
    """What the registry names, as qualified names; something named twice is here twice."""
    steps = [(kind, name) for kind in (*kinds_of_steps(), REPLAYS) for name in step_names(kind)]
    return [
        *(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds_of_workflows()),
        *(f"{kind.__module__}.{kind.__qualname__}.{name}" for kind, name in steps),
    ]


def test_everything_defined_is_registered_once() -> None:
    assert Counter(registered()) == Counter(name for name, _ in defined())


def test_everything_registered_is_a_definition_to_temporal() -> None:
    for queue in QUEUES.values():
        assert [kind for kind in queue.workflows if workflow._Definition.from_class(kind) is None] == []
    for kind in (*kinds_of_steps(), REPLAYS):
        steps = [getattr(kind, name) for name in step_names(kind)]
        assert [step for step in steps if activity._Definition.from_callable(step) is None] == []


def test_names_on_the_wire_are_explicit_and_unique() -> None:
    names = Counter(wire for _, wire in defined())
    assert [name for name, count in names.items() if count > 1 or not name] == []


def test_an_activity_is_named_after_its_service() -> None:
    for entry in QUEUES.values():
        if entry.activities is None:
            continue
        wires = [wire for name, wire in defined() if name.startswith(f"{entry.activities.__module__}.")]
        assert wires != []
        assert [wire for wire in wires if not wire.startswith(f"{entry.service}.")] == []


def test_a_definition_is_seen_wherever_it_stands() -> None:
    source = (
        "@workflow.defn\nclass One:\n    pass\n"
        "class Two:\n    @activity.defn(name='two.step')\n    async def step(self): pass\n"
        "def outer():\n    @activity.defn()\n    def inner(): pass\n"
    )
    assert list(definitions(Module(path="workflows/planted.py", source=source))) == [
        ("workflows.planted.One", ""),
        ("workflows.planted.Two.step", "two.step"),
        ("workflows.planted.outer.inner", ""),
    ]
