"""Python's enums as the schema shows them, with the contract's words on their values."""

from collections.abc import Mapping
from enum import Enum

import graphene


def shown(enum: type[Enum], values: Mapping[str, str] | None = None, name: str | None = None) -> type[graphene.Enum]:
    """The GraphQL enum of a Python one, of its name or another, described value by value."""

    def description(value: Enum | None) -> str | None:
        return None if value is None else (values or {}).get(value.name)

    made: type[graphene.Enum] = graphene.Enum.from_enum(enum, name=name, description=description)
    return made
