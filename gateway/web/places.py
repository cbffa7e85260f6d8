"""Where in the input a value stands, written into the document or sent as a variable: a path of names and indexes.

It names the schema's arguments and fields, never a client's own variables. Judges no value.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from operator import is_

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLError,
    ListValueNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    parse,
)

MISSING = re.compile(r"^Field '\w+\.(\w+)' of required type ")
"""How graphql-core tells of a field that a written object lacks."""


def place_of_variable(definition: VariableDefinitionNode) -> tuple[str, ...]:
    """The argument or input field that the variable is first used for; its own name where it is used for none."""
    name = definition.variable.name.value
    place = definition.loc
    if place is None:
        return (name,)
    document = parse(place.source.body)
    own = (
        operation
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        and operation.loc
        and operation.loc.start <= place.start < operation.loc.end
    )
    # A variable may be used in a fragment only.
    paths = (_path_to(root, lambda node: _uses(node, name), ()) for root in (*own, document))
    return next(filter(None, paths), (name,))


def _uses(node: Node, name: str) -> bool:
    return isinstance(node, VariableNode) and node.name.value == name


def with_field(error: GraphQLError, document: Node) -> GraphQLError:
    """The error, with the path of the argument or input field that it is about, if it is about one."""
    path = next((path for node in error.nodes or () if (path := _path_to(document, partial(is_, node), ()))), ())
    if not path:
        return error
    if missing := MISSING.match(error.message):
        path = (*path, missing[1])
    return GraphQLError(error.message, nodes=error.nodes, extensions={"field": path})


def _path_to(node: Node, wanted: Callable[[Node], bool], path: tuple[str, ...]) -> tuple[str, ...]:
    """The path, empty where the node is none of an input or not below."""
    if isinstance(node, FieldNode):
        path = ()
    elif isinstance(node, ArgumentNode | ObjectFieldNode):
        path = (*path, node.name.value)
    if wanted(node):
        return path
    for child, name in _children(node):
        if found := _path_to(child, wanted, (*path, *name)):
            return found
    return ()


def _children(node: Node) -> Iterator[tuple[Node, tuple[str, ...]]]:
    indexed = isinstance(node, ListValueNode)
    for key in node.keys:
        value = getattr(node, key, None)
        if isinstance(value, Node) and key != "loc":
            yield value, ()
        elif isinstance(value, tuple | list):
            for index, child in enumerate(value):
                if isinstance(child, Node):
                    yield child, ((str(index),) if indexed else ())
