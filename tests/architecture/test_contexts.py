"""Every context is known everywhere, has the same files as the others, and keeps its further files to itself.

Cannot see: whether what stands in a file belongs there.
"""

from collections.abc import Iterator

from services.infra.settings import CONTEXTS
from tests.architecture.tree import PACKAGES, ROOT, Module, contexts, imported_names, modules, project_file

SAME_FILES = {
    "__init__.py", "models.py", "errors.py", "events.py", "ports.py", "service.py", "memory.py", "store.py", "api.py",
    "client.py",
}  # fmt: skip
WHERE_NEEDED = {"handlers.py", "provider.py"}
COMPOSERS = ("workers/",)
"""Where the processes are put together; these may name a context's further files (a hasher, a token issuer)."""


def contract(identifier: str) -> dict[str, list[str]]:
    contracts = project_file()["tool"]["importlinter"]["contracts"]
    found: dict[str, list[str]] = next(options for options in contracts if options["id"] == identifier)
    return found


def private_imports(module: Module, private: set[str]) -> Iterator[str]:
    """The private modules of a context that a module outside of it imports."""
    if module.path.startswith(COMPOSERS):
        return
    for name in set(imported_names(module.syntax)) & private:
        if not module.name.startswith(name.rpartition(".")[0] + "."):
            yield f"{module.path} imports {name}"


def private_modules() -> set[str]:
    """The modules that only one context has."""
    public = SAME_FILES | WHERE_NEEDED
    files = {path for context in contexts() for path in (ROOT / "services" / context).glob("*.py")}
    return {f"services.{path.parent.name}.{path.stem}" for path in files if path.name not in public}


def test_contexts_are_the_same_in_settings_and_contracts() -> None:
    packages = {f"services.{context}" for context in contexts()}
    assert set(CONTEXTS) == set(contexts())
    assert set(contract("independent-contexts")["modules"]) == packages
    assert set(contract("inside-a-context")["containers"]) == packages
    assert set(contract("shared-below-all")["layers"][0].split(" | ")) == packages


def test_every_context_has_the_same_files() -> None:
    lacking = {
        context: missing
        for context in contexts()
        if (missing := SAME_FILES - {path.name for path in (ROOT / "services" / context).iterdir()})
    }
    assert lacking == {}


def test_a_contexts_further_files_are_its_own() -> None:
    assert [line for module in modules(*PACKAGES) for line in private_imports(module, private_modules())] == []


def test_a_reach_into_a_context_is_seen() -> None:
    source = "from services.users.rules import checked_email"
    private = {"services.users.rules"}
    assert list(private_imports(Module(path="gateway/planted.py", source=source), private)) != []
    assert list(private_imports(Module(path="services/users/planted.py", source=source), private)) == []
