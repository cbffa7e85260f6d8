"""What of a selection applies to an object of a known type: fragments are followed, conditions on types are decided.

No field of the schema says an interface or a union, so the type of every object is known before it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)


class UnknownType(Exception):
    """A field whose objects may be of several types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selections:
    """The selections of one document on one schema."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]

    def below(self, fragment: SelectionNode, parent: GraphQLObjectType) -> SelectionSetNode | None:
        """What a fragment selects of an object of this type; None where it is for others."""
        if isinstance(fragment, FragmentSpreadNode):
            found: InlineFragmentNode | FragmentDefinitionNode = self.fragments[fragment.name.value]
        else:
            assert isinstance(fragment, InlineFragmentNode)  # noqa: S101 (fields are no fragments)
            found = fragment
        return found.selection_set if self._is_met(found.type_condition, parent) else None

    def kind_of(self, parent: GraphQLObjectType, field: str) -> GraphQLObjectType | None:
        """The type of a field's objects; None for a value. Raises UnknownType."""
        kind = get_named_type(parent.fields[field].type)
        if is_leaf_type(kind):
            return None
        if not isinstance(kind, GraphQLObjectType):
            raise UnknownType
        return kind

    def _is_met(self, condition: NamedTypeNode | None, parent: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == parent.name:
            return True
        kind = self.schema.type_map[condition.name.value]
        return isinstance(kind, GraphQLInterfaceType | GraphQLUnionType) and self.schema.is_sub_type(kind, parent)
