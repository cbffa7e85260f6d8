"""What an operation asks, without what makes no difference: two that are answered alike have one form. Keeps nothing.

Gone are the names of operations, fragments and variables, the order of arguments, comments, layout, and definitions
that are not used. Kept are aliases and the order of fields, for these the answer shows, and directives.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    GraphQLObjectType,
    ListValueNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    print_ast,
)
from pydantic_core import to_json

from gateway.caching.selections import Selections


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalForm:
    """An operation; its variables are numbered in the order of their use, and `variables` has their own names."""

    text: bytes
    variables: tuple[str, ...]

    def with_values(self, coerced: Mapping[str, Any]) -> bytes:
        """The form with these values, as they are after GraphQL has made sense of them; what is absent stays so.

        Raises:
            PydanticSerializationError: a value has no JSON.
        """
        if not self.variables:
            return self.text
        given = {str(index): coerced[name] for index, name in enumerate(self.variables) if name in coerced}
        return self.text + b"\n" + to_json(given)


def normal_form(selected: SelectionSetNode, root: GraphQLObjectType, selections: Selections) -> NormalForm:
    """The form of what a valid operation selects, its fragments spread out.

    Raises:
        UnknownType: a field has no certain type.
        RecursionError: it is of extreme depth.
    """
    writer = _Writer(selections)
    text = writer.written(selected, root)
    return NormalForm(text=text.encode(errors="surrogatepass"), variables=tuple(writer.variables))


class _Writer:
    def __init__(self, selections: Selections) -> None:
        self.variables: dict[str, int] = {}
        self._selections = selections

    def written(self, selected: SelectionSetNode, parent: GraphQLObjectType) -> str:
        return "{" + " ".join(self._each(selected, parent)) + "}"

    def _each(self, selected: SelectionSetNode, parent: GraphQLObjectType) -> Iterator[str]:
        for selection in selected.selections:
            if isinstance(selection, FieldNode):
                yield self._field(selection, parent)
            else:
                yield from self._fragment(selection, parent)

    def _field(self, field: FieldNode, parent: GraphQLObjectType) -> str:
        name, below = field.name.value, ""
        if field.selection_set:
            kind = self._selections.kind_of(parent, name)
            below = self.written(field.selection_set, kind) if kind else ""
        alias = f"{field.alias.value}:" if field.alias else ""
        return f"{alias}{name}{self._arguments(field.arguments)}{self._directives(field.directives)}{below}"

    def _fragment(self, fragment: SelectionNode, parent: GraphQLObjectType) -> Iterator[str]:
        below = self._selections.below(fragment, parent)
        if below is None:
            return
        if fragment.directives:
            yield f"...{self._directives(fragment.directives)}{self.written(below, parent)}"
        else:
            yield from self._each(below, parent)

    def _arguments(self, arguments: tuple[ArgumentNode, ...]) -> str:
        ordered = sorted(arguments, key=lambda argument: argument.name.value)
        written = ",".join(f"{argument.name.value}:{self._value(argument.value)}" for argument in ordered)
        return f"({written})" if written else ""

    def _directives(self, directives: tuple[DirectiveNode, ...]) -> str:
        return "".join(f"@{each.name.value}{self._arguments(each.arguments)}" for each in directives)

    def _value(self, value: ValueNode) -> str:
        if isinstance(value, VariableNode):
            return f"${self.variables.setdefault(value.name.value, len(self.variables))}"
        if isinstance(value, StringValueNode):
            return json.dumps(value.value)
        if isinstance(value, ListValueNode):
            return "[" + ",".join(map(self._value, value.values)) + "]"
        if isinstance(value, ObjectValueNode):
            fields = sorted(value.fields, key=lambda field: field.name.value)
            return "{" + ",".join(f"{field.name.value}:{self._value(field.value)}" for field in fields) + "}"
        return print_ast(value)
