"""Where in the input a value stands that is written into the document, as a path of names and indexes."""

from collections.abc import Iterator

from graphql import ArgumentNode, FieldNode, GraphQLError, ListValueNode, Node, ObjectFieldNode


def with_field(error: GraphQLError, document: Node) -> GraphQLError:
    """The error, with the path of the argument or input field that it is about, if it is about one."""
    path = next((path for node in error.nodes or () if (path := _path_to(document, node, ()))), ())
    if not path:
        return error
    return GraphQLError(error.message, nodes=error.nodes, extensions={"field": path})


def _path_to(node: Node, wanted: Node, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path, empty where the node is none of an input or not below."""
    if isinstance(node, FieldNode):
        path = ()
    elif isinstance(node, ArgumentNode | ObjectFieldNode):
        path = (*path, node.name.value)
    if node is wanted:
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
