"""What every source file looks like: it opens with a docstring, and an `__init__.py` holds nothing else.

Code in an `__init__.py` runs for everybody who imports anything below it, and no import contract sees that.
Cannot see: whether a docstring says something true.
"""

import ast

import pytest

from tests.architecture.tree import PACKAGES, ROOT, Module, modules, project_file


def lacks_docstring(module: Module) -> bool:
    """Whether it does not open with a docstring of three words or more."""
    return len((ast.get_docstring(module.syntax) or "").split()) < 3


def holds_code(module: Module) -> bool:
    """Whether an `__init__.py` holds anything beside its docstring."""
    return module.path.endswith("__init__.py") and len(module.syntax.body) > 1


def test_every_module_opens_with_a_docstring() -> None:
    assert [module.path for module in modules() if lacks_docstring(module)] == []


def test_an_init_file_is_a_docstring() -> None:
    assert [module.path for module in modules() if holds_code(module)] == []


@pytest.mark.parametrize("source", ["", "import os\n", '"""Short."""\n', "# What it owns, what it must not do.\n"])
def test_a_module_without_a_docstring_is_seen(source: str) -> None:
    assert lacks_docstring(Module(path="services/planted.py", source=source))


def test_code_in_an_init_file_is_seen() -> None:
    source = '"""What it owns, what it must not do."""\nimport os\n'
    assert holds_code(Module(path="services/__init__.py", source=source))
    assert not holds_code(Module(path="services/planted.py", source=source))


def test_the_folders_that_are_shipped_are_the_ones_that_are_checked() -> None:
    tools = project_file()["tool"]
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert found == set(PACKAGES)
    assert set(tools["importlinter"]["root_packages"]) == found
    assert set(tools["setuptools"]["packages"]["find"]["include"]) == {f"{name}*" for name in found}
    assert set(tools["mypy"]["files"]) == found | {"tests"}


def test_every_folder_with_source_is_a_package() -> None:
    folders = {(ROOT / module.path).parent for module in modules()}
    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
