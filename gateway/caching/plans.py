"""What the table of policies says of a whole operation, known before it is executed. Executes nothing, keeps nothing.

Every field that is written counts, whichever directive may leave it out: an answer may be younger than it had to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isinf

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from gateway.caching.normal_form import NormalForm, normal_form
from gateway.caching.policies import AS_ITS_PARENT, POLICIES, Policy
from gateway.caching.selections import Selections, UnknownType
from gateway.limits.measures import fragments_of
from gateway.permissions import PERMISSIONS, Access

TYPE_NAME = "__typename"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An operation whose answers may be given again.

    Attributes:
        form: what two operations have in common that are answered alike.
        accesses: what is asked of a caller before anything of it is answered.
    """

    policy: Policy
    form: NormalForm
    accesses: frozenset[Access]


def plan_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Plan | None:
    """The plan of a valid operation; None where no answer to it may be given again."""
    root = schema.query_type
    if operation.operation is not OperationType.QUERY or root is None:
        return None
    selections = Selections(schema=schema, fragments=fragments_of(document))
    walk = _Walk(selections)
    try:
        policy = walk.policy_of(operation.selection_set, root)
        form = normal_form(operation.selection_set, root, selections)
    except (NotCached, UnknownType, RecursionError):
        return None
    # Infinite: nothing of it is asked of anybody.
    return None if isinf(policy.max_age) else Plan(policy=policy, form=form, accesses=frozenset(walk.accesses))


class NotCached(Exception):
    """A field has no row."""


class _Walk:
    def __init__(self, selections: Selections) -> None:
        self.accesses: set[Access] = set()
        self._selections = selections
        self._seen: set[tuple[str, str]] = set()

    def policy_of(self, selected: SelectionSetNode, parent: GraphQLObjectType) -> Policy:
        """The strictest of what is selected, further down too. Raises NotCached, UnknownType."""
        policy = AS_ITS_PARENT
        for field in self._fields(selected, parent):
            if field.name.value != TYPE_NAME:
                policy = policy.beside(self._of_field(field, parent))
        return policy

    def _of_field(self, field: FieldNode, parent: GraphQLObjectType) -> Policy:
        name = field.name.value
        row = f"{parent.name}.{name}"
        policy = POLICIES.get(row)
        if policy is None:
            raise NotCached
        if parent is self._selections.schema.query_type:
            self.accesses.add(PERMISSIONS[row])
        kind = self._selections.kind_of(parent, name)
        if kind is None or field.selection_set is None:
            return policy
        return policy.beside(self.policy_of(field.selection_set, kind))

    def _fields(self, selected: SelectionSetNode, parent: GraphQLObjectType) -> Iterator[FieldNode]:
        """A named fragment is walked once for each type that it is spread on."""
        for selection in selected.selections:
            if isinstance(selection, FieldNode):
                yield selection
                continue
            if isinstance(selection, FragmentSpreadNode):
                spread = (selection.name.value, parent.name)
                if spread in self._seen:
                    continue
                self._seen.add(spread)
            if below := self._selections.below(selection, parent):
                yield from self._fields(below, parent)
