"""How long the lists of an input are, written into the document or sent as variables. Judges no other value."""

from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from gateway.errors import TooComplex
from gateway.limits.sizes import JUDGED_BY_THEIR_FIELD


def check_lengths(kind: GraphQLInputType, value: Any, longest: int, place: tuple[str, ...] = ()) -> None:  # noqa: ANN401 (JSON)
    """Raises TooComplex for a list with more than `longest` items, anywhere in a value that fits its type."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList) and isinstance(value, list):
        if len(value) > longest and ".".join(place[-2:]) not in JUDGED_BY_THEIR_FIELD:
            raise TooComplex(f"at most {longest} items in a list of the input", place[-1:] or None)
        if isinstance(get_named_type(kind), GraphQLInputObjectType):
            for item in value:
                check_lengths(kind.of_type, item, longest, place)
    elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
        for name, inner in value.items():
            if name in kind.fields:
                check_lengths(kind.fields[name].type, inner, longest, (kind.name, name))
