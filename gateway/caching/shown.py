"""What an answer shows, collected while it is made: a table of types and one of lists, put around the schema once.

What is loaded by key tells of itself (`gateway/context.py`): also what is then not shown, and what is not there.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema

from gateway.caching.policies import Scope
from gateway.context import Info, RequestContext, context_of
from gateway.execution import TAGGED
from services.infra.response_cache import tags

OBJECTS: Final[Mapping[str, Callable[[Any], str]]] = {
    "Order": lambda order: tags.order(order.id),
    "Product": lambda product: tags.product(product.id),
    "Stock": lambda item: tags.stock(item.sku),
    "User": lambda user: tags.user(user.id),
}
"""The tag of each object of a type."""

Tell = Callable[[Any, RequestContext, Mapping[str, Any]], Collection[str]]


def _products(_root: object, _context: RequestContext, arguments: Mapping[str, Any]) -> Collection[str]:
    wanted = arguments.get("wanted") or {}
    return (tags.PRODUCTS,) if wanted.get("in_stock") is None else (tags.PRODUCTS, tags.IN_STOCK)


def _orders(_root: object, context: RequestContext, _arguments: Mapping[str, Any]) -> Collection[str]:
    return (tags.orders_of(context.viewer.user_id),) if context.viewer else ()


def _recommendations(_root: object, context: RequestContext, _arguments: Mapping[str, Any]) -> Collection[str]:
    return (tags.TRENDING, *((tags.recommendations_of(context.viewer.user_id),) if context.viewer else ()))


def _bought_together(product: Any, _context: RequestContext, _arguments: Mapping[str, Any]) -> Collection[str]:  # noqa: ANN401 (as the table's others)
    return (tags.bought_together(product.sku),)


LISTS: Final[Mapping[str, Tell]] = {
    "Query.products": _products,
    "Query.orders": _orders,
    "Query.recommendations": _recommendations,
    "Product.boughtTogether": _bought_together,
}
"""The tags of what is read otherwise than by key: of a list that lacks something, too."""


def tell_what_is_shown(schema: GraphQLSchema) -> GraphQLSchema:
    """Puts both tables around the schema, once."""
    for name, tag in OBJECTS.items():
        schema.type_map[name].extensions[TAGGED] = tag
    for row, tell in LISTS.items():
        kind, name = row.split(".")
        owner = schema.type_map[kind]
        assert isinstance(owner, GraphQLObjectType)  # noqa: S101 (the table names fields of objects)
        _tell(owner.fields[name], tell)
    return schema


def tags_of(context: RequestContext, scope: Scope) -> frozenset[str]:
    """The tags of what was answered. All that is one caller's own goes with the account."""
    shown = set(context.shown)
    if tags.PRODUCTS in shown:
        # With any product goes this one, so a page of products needs no tag for each.
        of_products = tags.product("")
        shown = {tag for tag in shown if not tag.startswith(of_products)}
    if scope is Scope.PRIVATE and context.viewer is not None:
        shown.add(tags.user(context.viewer.user_id))
    return frozenset(shown)


def _tell(field: GraphQLField, tell: Tell) -> None:
    inner = field.resolve
    assert inner  # noqa: S101 (every field of ours has a resolver)

    def resolve(source: object, info: Info, **arguments: Any) -> object:  # noqa: ANN401 (GraphQL's)
        context = context_of(info)
        context.shown.update(tell(source, context, arguments))
        return inner(source, info, **arguments)

    field.resolve = resolve
