"""What no file of the project says: a machine's paths, a registry's host, unfinished business.

Cannot see: binary files, and what a text means.
"""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import project_texts

FORBIDDEN = {
    "a package registry's host": r"arti[f]actory|python[h]osted|pypi[.]org/|repo1?[.]ma[v]en",
    "a path of one machine": r"(?<![\w./-])/(wor[k]|roo[t]|home/\w+|User[s]/\w+|tm[p])/",
    "unfinished business": r"\b(TOD[O]|FIXM[E])\b",
}
"""With a letter in brackets, so that this file is none of its own findings."""


def findings(path: str, text: str) -> Iterator[str]:
    """What is found, each as a line for a person."""
    for number, line in enumerate(text.splitlines(), start=1):
        for what, pattern in FORBIDDEN.items():
            if re.search(pattern, line):
                yield f"{path}:{number}: {what}: {line.strip()[:80]}"


def test_no_file_says_what_none_should() -> None:
    assert [line for path, text in project_texts() for line in findings(path, text)] == []


@pytest.mark.parametrize(
    "line",
    [
        "# TO" + "DO later",
        "cd /wo" + "rk/main",
        'HOME = "/ro' + 'ot/.cache"',
        "index = https://files.python" + "hosted.org",
        "--data /t" + "mp/x",
    ],
)
def test_each_of_them_is_seen(line: str) -> None:
    assert list(findings("planted.md", line)) != []


@pytest.mark.parametrize("line", ["services/wo" + "rk/x", "todos", "/graphql", "https://caravan.example/ro" + "ot/"])
def test_what_only_looks_like_it_is_let_through(line: str) -> None:
    assert list(findings("planted.md", line)) == []
