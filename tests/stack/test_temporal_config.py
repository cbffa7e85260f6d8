"""Temporal's configuration is one: what `caravan up` gives as flags is what the files of temporal/ say."""

import re
from pathlib import Path

from cli.stack.servers.temporal import DYNAMIC_CONFIG, SEARCH_ATTRIBUTES
from workflows import names

FOLDER = Path(__file__).parents[2] / "temporal"


def test_the_dynamic_configuration_is_the_files() -> None:
    text = (FOLDER / "dynamicconfig" / "caravan.yaml").read_text()
    assert dict(re.findall(r"^([\w.]+):\n  - value: (\S+)$", text, re.MULTILINE)) == DYNAMIC_CONFIG


def test_the_search_attributes_are_those_of_the_workflows() -> None:
    assert [key.name for key in names.SEARCH_ATTRIBUTES] == list(SEARCH_ATTRIBUTES)
    assert {key.indexed_value_type.name for key in names.SEARCH_ATTRIBUTES} == {"KEYWORD"}
    lines = (FOLDER / "search-attributes.txt").read_text().splitlines()
    assert lines == [f"{name}=Keyword" for name in SEARCH_ATTRIBUTES]
