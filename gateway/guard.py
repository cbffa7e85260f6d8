"""Puts the table of permissions around a schema: every field of every type asks it. Has no rule of its own.

Root fields are asked before their resolver runs, so a denied caller has caused nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from inspect import isawaitable
from typing import Any, Final, Never

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema

from gateway.answers import Answer, AuthAnswer
from gateway.auditing import Deed, audited, is_audited, note_denied
from gateway.context import Info, RequestContext, context_of
from gateway.execution import mark_plain
from gateway.permissions import PERMISSIONS, Access
from services.shared.actors import Actor
from services.shared.errors import Forbidden, Refused, Unauthenticated

Resolver = Callable[..., Any]

OWNERS: Final[Mapping[str, Callable[[Any], str]]] = {
    "Notification": lambda message: message.user_id,
    "Order": lambda order: order.customer_id,
    "User": lambda user: user.id,
}
"""Whose an object is, by its type: the user's id. Only these types can have rows with OWNER."""

OPEN: Final = frozenset({Access.ANYBODY, Access.REACHED})


def admit(access: Access, viewer: Actor | None) -> None:
    """What can be said of a caller without looking at an object. Raises Unauthenticated or Forbidden."""
    if access in OPEN:
        return
    if viewer is None:
        raise Unauthenticated("sign in first")
    if access is Access.OPS and not viewer.runs_the_shop:
        raise Forbidden
    if access is Access.ADMIN and not viewer.administers:
        raise Forbidden


def guard(schema: GraphQLSchema) -> GraphQLSchema:
    """Puts the table around the schema's fields, once. Raises KeyError for a field without a row."""
    for kind, name, field in served_fields(schema):
        access = access_to(f"{kind.name}.{name}")
        if kind is schema.mutation_type:
            field.resolve = _mutating(field, access)
        elif kind is schema.subscription_type:
            field.subscribe = _asking_first(field.subscribe, access)
        elif kind is schema.query_type:
            field.resolve = _asking_first(field.resolve, access)
        elif access in OPEN:
            mark_plain(field)
        else:
            field.resolve = _showing(kind, field, access)
    return schema


def access_to(field: str) -> Access:
    """The row of `Type.field`. Raises KeyError where there is none."""
    if field not in PERMISSIONS:
        raise KeyError(f"{field} has no row in gateway/permissions.py")
    return PERMISSIONS[field]


def served_fields(schema: GraphQLSchema) -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    """Every field that can be executed: those of object types, but for introspection's own."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield kind, name, field


def _asking_first(inner: Resolver | None, access: Access) -> Resolver:
    assert inner  # noqa: S101 (every root field of ours has a resolver)

    def resolve(root: object, info: Info, **arguments: object) -> object:
        try:
            admit(access, context_of(info).viewer)
        except (Unauthenticated, Forbidden) as refusal:
            return _refused(refusal)
        return inner(root, info, **arguments)

    return resolve


async def _refused(refusal: Exception) -> Never:
    """Raises it when it is waited for. Raised at once, it would leave the fields beside it begun and never awaited."""
    raise refusal


def _showing(kind: GraphQLObjectType, field: GraphQLField, access: Access) -> Resolver:
    """For a field of an object that is not shown to everybody who has come to it."""
    inner = field.resolve
    assert inner  # noqa: S101 (Graphene gives every field one)
    owner_of = OWNERS[kind.name] if access is Access.OWNER else None

    def resolve(source: object, info: Info, **arguments: object) -> object:
        context = context_of(info)
        if not (_is_owner(context, owner_of(source)) if owner_of else _has_role(access, context.viewer)):
            if access is Access.OPS_OR_NULL:
                return None
            return _refused(Forbidden())
        return inner(source, info, **arguments)

    return resolve


def _is_owner(context: RequestContext, owner_id: str) -> bool:
    return owner_id in context.proven or (context.viewer is not None and context.viewer.may_see(owner_id))


def _has_role(access: Access, viewer: Actor | None) -> bool:
    if viewer is None or access is Access.SIGNED_IN:
        return viewer is not None
    return viewer.administers if access is Access.ADMIN else viewer.runs_the_shop


def _mutating(field: GraphQLField, access: Access) -> Resolver:
    """Who acts for the shop leaves a record, and who may not too."""
    inner = field.resolve
    assert inner  # noqa: S101 (every root field of ours has a resolver)

    async def resolve(root: object, info: Info, **arguments: object) -> object:
        context = context_of(info)
        deed = Deed(name=info.field_name, field=field, arguments=arguments)
        try:
            admit(access, context.viewer)
        except Forbidden:
            await note_denied(deed, context)
            raise

        async def run() -> Answer:
            return await _answered(context, lambda: inner(root, info, **arguments))

        return await (audited(deed, context, run) if is_audited(access, context.viewer) else run())

    return resolve


async def _answered(context: RequestContext, ask: Callable[[], Any]) -> Answer:
    """A refusal of a mutation is an answer: the payload's `errors`."""
    try:
        answer = ask()
        answer = await answer if isawaitable(answer) else answer
    except (Unauthenticated, Forbidden):
        # Said of the caller and not of the input: an answer of its own, like that of the door.
        raise
    except Refused as refusal:
        answer = Answer(errors=refusal.problems)
    if isinstance(answer, AuthAnswer):
        context.proven.add(answer.user.id)
    context.refused = context.refused or bool(answer.errors)
    assert isinstance(answer, Answer)  # noqa: S101 (our mutations answer nothing else)
    return answer
