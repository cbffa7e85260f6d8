"""The served schema is the contract's, word for word, and whole; what is served beside it is listed."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_specified_scalar_type,
    print_schema,
)
from graphql.utilities import find_breaking_changes

import gateway.schema
from tests.gateway.additions import ADDITIONS, is_added

CONTRACT = build_schema((Path(__file__).parents[1] / "contract" / "schema.graphql").read_text())
SERVED = build_schema(print_schema(gateway.schema.build_schema()))
SNAPSHOT = Path(gateway.schema.__file__).with_name("schema.graphql")


def test_nothing_of_the_contract_is_missing() -> None:
    assert [change.description for change in find_breaking_changes(CONTRACT, SERVED)] == []


def described(schema: GraphQLSchema) -> dict[str, str]:
    """Every type, field, argument and enum value by its path: its type, default and description."""
    words: dict[str, str] = {}
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        words[name] = f"{type(kind).__name__} # {kind.description or ''}"
        words |= inside(name, kind)
    return words


def inside(name: str, kind: GraphQLNamedType) -> dict[str, str]:
    if isinstance(kind, GraphQLEnumType):
        return {f"{name}.{value}": f"value # {about.description or ''}" for value, about in kind.values.items()}
    if isinstance(kind, GraphQLInputObjectType):
        return {
            f"{name}.{field}": f"{about.type} = {about.default_value} # {about.description or ''}"
            for field, about in kind.fields.items()
        }
    words: dict[str, str] = {}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        words[f"{name} implements"] = ", ".join(interface.name for interface in kind.interfaces)
        for field, about in kind.fields.items():
            words[f"{name}.{field}"] = f"{about.type} # {about.description or ''}"
            for argument, wanted in about.args.items():
                words[f"{name}.{field}({argument})"] = f"{wanted.type} = {wanted.default_value}"
    return words


def test_what_is_served_is_in_the_contract_word_for_word() -> None:
    """A description may be added where the contract has none."""
    promised = described(CONTRACT)
    different = {}
    for place, words in described(SERVED).items():
        wanted = promised.get(place, "not in the contract")
        if words != wanted and not (wanted.endswith("# ") and words.startswith(wanted)):
            different[place] = (words, wanted)
    assert {place: words for place, words in different.items() if not is_added(place)} == {}
    assert set(different) >= ADDITIONS, "listed as added, but not served or in the contract"


def test_the_schema_that_is_checked_in_is_the_one_that_is_served() -> None:
    assert SNAPSHOT.read_text() == gateway.schema.printed(), "run: python -m gateway.schema > gateway/schema.graphql"
