"""Executes documents as graphql-core does, plain values the short way, and leaves no prepared resolver behind.

When a field fails at once, graphql-core forgets the coroutines of its neighbours; Python warns of each, in plain text.
Decides nothing about the answer.
"""

from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from inspect import CORO_CREATED, getcoroutinestate
from types import CoroutineType, NoneType
from typing import Any, Final

from graphene.types.resolver import dict_or_attr_resolver
from graphql import (
    ExecutionContext,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
)
from graphql.pyutils import Undefined, is_awaitable

MARK: Final = "caravan_plain"
"""In a field's extensions: how its value is written, where it is an attribute of the object and a leaf."""

PLAIN: Final = (str, int, float, datetime)
WRITTEN: Final = frozenset({str, int, float, bool})
NEVER_AWAITED: Final = WRITTEN | {list, tuple, dict, NoneType}
"""What nearly all values are; it is asked of each several times."""


def mark_plain(field: GraphQLField) -> None:
    """Notes of a field whether its value can be had the short way. For fields that everybody may see."""
    resolver = field.resolve
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if field.args or not isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        return
    if isinstance(resolver, partial) and resolver.func is dict_or_attr_resolver:
        field.extensions[MARK] = (resolver.args[0], kind.serialize)


class TidyExecution(ExecutionContext):
    """Notes every coroutine in the request's `prepared`, for `close_dropped` at the request's end."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 (graphql-core's signature)
        super().__init__(*args, **options)
        self.is_awaitable = self._noted

    def execute_field(self, *args: Any) -> Any:  # noqa: ANN401 (graphql-core's signature)
        """A field's value, or a coroutine of it: in a mutation nobody looks at that before its turn."""
        parent_type, source, field_nodes, _ = args
        value = _plain(parent_type, source, field_nodes[0].name.value)
        if value is not Undefined:
            return value
        value = super().execute_field(*args)
        self._noted(value)
        return value

    def _noted(self, value: object) -> bool:
        kind = type(value)
        if kind in NEVER_AWAITED:
            return False
        if kind is CoroutineType:
            self.context_value.prepared.append(value)
            return True
        return is_awaitable(value)


def _plain(kind: GraphQLObjectType, source: object, name: str) -> Any:  # noqa: ANN401 (any leaf)
    """The value; undefined where the long way must find it, or find what is wrong with it."""
    field = kind.fields.get(name)
    if field is None or MARK not in field.extensions:
        return Undefined
    attribute, serialize = field.extensions[MARK]
    value = getattr(source, attribute, None)
    if not isinstance(value, PLAIN):
        return Undefined
    try:
        written = serialize(value)
    except Exception:  # noqa: BLE001 (whatever it is, the long way meets it too, and tells it)
        return Undefined
    return written if type(written) in WRITTEN else Undefined


def close_dropped(prepared: list[Coroutine[Any, Any, Any]]) -> None:
    """Closes what nobody began to await, and forgets the rest."""
    for coroutine in prepared:
        if getcoroutinestate(coroutine) == CORO_CREATED:
            coroutine.close()
    prepared.clear()
