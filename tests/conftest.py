"""What every test session needs, and nothing that takes time."""

import gc

import pytest
from hypothesis import settings

pytest_plugins = ["tests.support.mongo", "tests.support.payment_sandbox", "tests.support.stack"]

settings.register_profile("caravan", deadline=None, print_blob=True)
settings.load_profile("caravan")

WHOLE_STACK = frozenset({"stack", "servers"})
"""The fixtures whose tests `make test` runs one after the other: several stacks would only slow each other down."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that use the session's stack."""
    for item in items:
        if isinstance(item, pytest.Function) and not WHOLE_STACK.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.stack)


def pytest_unconfigure() -> None:
    """Frees Temporal clients while the interpreter is whole; left to its shutdown they can crash a green run."""
    gc.collect()
