"""What of an answer is asked for further down, so that it can be read before, in one wait. Resolves nothing.

A field whose value is there already costs no task of its own; on a page of twenty that is a third of the work.
"""

from graphql import GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import collect_sub_fields

from gateway.context import Info


def asks_for(info: Info, *names: str) -> bool:
    """Whether the selection of the field that is being resolved leads through these fields."""
    kind, nodes = get_named_type(info.return_type), info.field_nodes
    for name in names:
        if not isinstance(kind, GraphQLObjectType):
            return False
        below = collect_sub_fields(info.schema, info.fragments, info.variable_values, kind, nodes)
        nodes = [node for group in below.values() for node in group if node.name.value == name]
        if not nodes:
            return False
        kind = get_named_type(kind.fields[name].type)
    return True
