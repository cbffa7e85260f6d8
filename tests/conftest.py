"""What every test session needs, and nothing that takes time."""

import gc

from hypothesis import settings

pytest_plugins = ["tests.support.mongo", "tests.support.payment_sandbox", "tests.support.stack"]

settings.register_profile("caravan", deadline=None, print_blob=True)
settings.load_profile("caravan")


def pytest_unconfigure() -> None:
    """Frees Temporal clients while the interpreter is whole; left to its shutdown they can crash a green run."""
    gc.collect()
