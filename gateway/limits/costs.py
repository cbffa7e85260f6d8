"""What an operation costs at most, in points, known before anything of it is executed. Executes nothing.

Every field costs a point or its row's; what stands in a list costs as often as the list is long. A fragment is costed
once, however often it is spread: what it costs a page's edge is kept apart from what it costs a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionNode,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    get_named_type,
    value_from_ast_untyped,
)

from gateway.errors import BadInput
from gateway.limits.inputs import check_lengths
from gateway.limits.measures import fragments_of
from gateway.limits.sizes import ROOTS, SIZES, SIZES_BY_ITEM, UNKNOWN, WEIGHTS
from services.shared.pages import MAX_PAGE

MOST = 2**31 - 1
"""What costs more is not told apart."""
PAGED = "first"
META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef, "__typename": TypeNameMetaFieldDef}

Parent = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True, slots=True)
class Cost:
    """`once`, and `each` time for every edge of the page that the selection is made on."""

    once: int = 0
    each: int = 0

    def plus(self, other: "Cost") -> "Cost":
        """Both."""
        return Cost(self.once + other.once, self.each + other.each)

    def on_page_of(self, edges: int) -> int:
        """All of it, on a page of so many edges."""
        return self.once + edges * self.each


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    longest_list: int,
) -> int:
    """The points of a valid operation with these variables, as the client sent them.

    Raises BadInput for a page of another length than there may be, TooComplex for a list that is too long.
    """
    root = schema.get_root_type(operation.operation)
    assert root  # noqa: S101 (the operation is valid)
    given = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions
        if definition.default_value
    } | dict(variables)
    costing = _Costing(schema, fragments_of(document), given, longest_list)
    return min(costing.of(operation.selection_set, root).once, MOST)


def size_rule(parent: Parent, name: str, about: GraphQLField) -> int | str | None:
    """How long a list field is: a number, "edges" of the page, or by the argument "first". None: nobody has said."""
    if parent.name.startswith("__"):
        return 1
    if parent.name.endswith("Connection") and name == "edges":
        return "edges"
    if PAGED in about.args:
        return PAGED
    return SIZES.get(f"{parent.name}.{name}", SIZES_BY_ITEM.get(get_named_type(about.type).name))


def is_list(kind: GraphQLOutputType) -> bool:
    """A list, null or not."""
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


@dataclass
class _Costing:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    longest_list: int
    known: dict[str, Cost] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode | None, parent: Parent) -> Cost:
        cost = Cost()
        for selection in selections.selections if selections else ():
            cost = cost.plus(self._of_one(selection, parent))
        return cost

    def _of_one(self, selection: SelectionNode, parent: Parent) -> Cost:
        if isinstance(selection, FieldNode):
            return self._of_field(selection, parent)
        if isinstance(selection, InlineFragmentNode):
            return self._on_type(selection, parent)
        name = selection.name.value  # type: ignore[attr-defined] # a fragment spread
        if name not in self.known:
            self.known[name] = self._on_type(self.fragments[name], parent)
        return self.known[name]

    def _on_type(self, fragment: InlineFragmentNode | FragmentDefinitionNode, parent: Parent) -> Cost:
        if fragment.type_condition is not None:
            kind = self.schema.type_map[fragment.type_condition.name.value]
            if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
                parent = kind
        return self.of(fragment.selection_set, parent)

    def _of_field(self, node: FieldNode, parent: Parent) -> Cost:
        name = node.name.value
        about = META.get(name) or parent.fields[name]
        for argument in node.arguments:
            kind, value = about.args[argument.name.value].type, argument.value
            check_lengths(kind, value_from_ast_untyped(value, self.variables), self.longest_list)
        weight = WEIGHTS.get(f"{parent.name}.{name}", ROOTS.get(parent.name, 1))
        kind = get_named_type(about.type)
        inside = self.of(node.selection_set, kind) if isinstance(kind, Parent) else Cost()
        if not is_list(about.type):
            edges = self._page(node, about) if PAGED in about.args else 1
            return Cost(once=weight + inside.on_page_of(edges))
        rule = size_rule(parent, name, about)
        if rule == "edges":
            return Cost(once=weight, each=1 + inside.once)
        size = self._page(node, about) if rule == PAGED else UNKNOWN if rule is None else int(rule)
        return Cost(once=weight + size * (1 + inside.once))

    def _page(self, node: FieldNode, about: GraphQLField) -> int:
        """Raises BadInput."""
        default = about.args[PAGED].default_value
        value: Any = None
        for argument in node.arguments:
            if argument.name.value == PAGED:
                value = value_from_ast_untyped(argument.value, self.variables)
        if isinstance(value, float) and value.is_integer():
            # GraphQL takes 100.0 in a variable for the number 100.
            value = int(value)
        if not isinstance(value, int):
            value = default if isinstance(default, int) else MAX_PAGE
        if not 1 <= value <= MAX_PAGE:
            raise BadInput(f"must be 1 to {MAX_PAGE}", (PAGED,))
        return int(value)
