"""Who may what: one table, and the guard that puts it around every root field. A field without a row is refused.

What depends on the object (is this order yours?) is asked by `owned_order`; the table's OWNER then means: signed in.
"""

from collections.abc import Mapping
from enum import Enum, auto
from inspect import isawaitable
from typing import Any

from graphql import GraphQLField, GraphQLSchema

from gateway.answers import Answer
from gateway.context import Info, context_of
from services.shared.actors import Actor
from services.shared.errors import Forbidden, Refused, Unauthenticated


class Access(Enum):
    """Who gets past the door of a field."""

    ANYBODY = auto()
    SIGNED_IN = auto()
    OWNER = auto()
    OPS = auto()
    ADMIN = auto()


PERMISSIONS: Mapping[str, Access] = {
    "Query.me": Access.ANYBODY,
    "Query.product": Access.ANYBODY,
    "Query.products": Access.ANYBODY,
    "Query.order": Access.OWNER,
    "Query.orders": Access.SIGNED_IN,
    "Query.workflow": Access.OPS,
    "Mutation.register": Access.ANYBODY,
    "Mutation.login": Access.ANYBODY,
    "Mutation.refreshSession": Access.ANYBODY,
    "Mutation.logout": Access.ANYBODY,
    "Mutation.updatePreferences": Access.SIGNED_IN,
    "Mutation.changePassword": Access.SIGNED_IN,
    "Mutation.setRoles": Access.ADMIN,
    "Mutation.createProduct": Access.OPS,
    "Mutation.adjustStock": Access.OPS,
    "Mutation.placeOrder": Access.SIGNED_IN,
    "Mutation.cancelOrder": Access.OWNER,
    "Mutation.shipOrder": Access.OPS,
    "Mutation.deliverOrder": Access.OPS,
    "Mutation.resolveStep": Access.OPS,
    "Subscription.orderUpdated": Access.OWNER,
    "Subscription.stockChanged": Access.ANYBODY,
}


def admit(access: Access, viewer: Actor | None) -> None:
    """Raises Unauthenticated or Forbidden."""
    if access is Access.ANYBODY:
        return
    if viewer is None:
        raise Unauthenticated("sign in first")
    if access is Access.OPS and not viewer.runs_the_shop:
        raise Forbidden
    if access is Access.ADMIN and not viewer.administers:
        raise Forbidden


def guard(schema: GraphQLSchema) -> GraphQLSchema:
    """Puts the table around the schema's root fields, once. Raises KeyError for a field without a row."""
    for root in (schema.query_type, schema.mutation_type):
        for name, field in root.fields.items() if root else ():
            access = PERMISSIONS[f"{root}.{name}"]
            field.resolve = _mutating(field, access) if root is schema.mutation_type else _reading(field, access)
    _guard_subscriptions(schema)
    return schema


def _guard_subscriptions(schema: GraphQLSchema) -> None:
    """Asked at the start of a subscription; over HTTP there is none."""
    root = schema.subscription_type
    for name, field in root.fields.items() if root else ():
        field.subscribe = _watching(field, PERMISSIONS[f"{root}.{name}"])


def _watching(field: GraphQLField, access: Access) -> Any:  # noqa: ANN401 (a resolver)
    inner = field.subscribe
    assert inner  # noqa: S101 (every subscription of ours has one)

    def subscribe(root: object, info: Info, **arguments: object) -> object:
        admit(access, context_of(info).viewer)
        return inner(root, info, **arguments)

    return subscribe


def _reading(field: GraphQLField, access: Access) -> Any:  # noqa: ANN401 (a resolver)
    inner = field.resolve
    assert inner  # noqa: S101 (every root field of ours has a resolver)

    def resolve(root: object, info: Info, **arguments: object) -> object:
        admit(access, context_of(info).viewer)
        return inner(root, info, **arguments)

    return resolve


def _mutating(field: GraphQLField, access: Access) -> Any:  # noqa: ANN401 (a resolver)
    """A refusal of a mutation is an answer: the payload's `errors`."""
    inner = field.resolve
    assert inner  # noqa: S101 (every root field of ours has a resolver)

    async def resolve(root: object, info: Info, **arguments: object) -> object:
        context = context_of(info)
        admit(access, context.viewer)
        try:
            answer = inner(root, info, **arguments)
            answer = await answer if isawaitable(answer) else answer
        except (Unauthenticated, Forbidden):
            # Said of the caller and not of the input: an answer of its own, like that of the door.
            raise
        except Refused as refusal:
            answer = Answer(errors=refusal.problems)
        context.refused = context.refused or bool(answer.errors)
        return answer

    return resolve
