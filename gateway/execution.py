"""Executes documents as graphql-core does, plain values the short way, and leaves no prepared resolver behind.

When a field fails at once, graphql-core forgets the coroutines of its neighbours; Python warns of each, in plain text.
Decides nothing about the answer.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from functools import partial
from inspect import CORO_CREATED, getcoroutinestate
from operator import attrgetter
from types import CoroutineType, NoneType
from typing import Any, Final

from graphene.types.resolver import dict_or_attr_resolver
from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
)
from graphql.pyutils import Path, Undefined, is_awaitable

MARK: Final = "caravan_plain"
"""In a field's extensions: its Way, where there is a short one."""

TAGGED: Final = "caravan_tagged"
"""In a type's extensions: makes of an object the tag under which answers that show it are dropped."""

PLAIN: Final = (str, int, float, datetime)
WRITTEN: Final = frozenset({str, int, float, bool})
NEVER_AWAITED: Final = WRITTEN | {list, tuple, dict, NoneType}
"""What nearly all values are; it is asked of each several times."""

Get = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The short way to a field's value.

    Attributes:
        get: has it of the object; raises where the object has none.
        write: makes JSON of it, or of each of a list; raises for what is no such value. None for an object.
        kind: the type of an object, which must be there; None for a value.
    """

    get: Get
    write: Get | None = None
    kind: GraphQLObjectType | None = None


def of_object_alone(get: Get) -> Callable[[Any, Any], Any]:
    """A resolver that needs nothing of the request."""

    def resolve(source: Any, _info: Any) -> Any:  # noqa: ANN401 (any field's)
        return get(source)

    resolve.get = get  # type: ignore[attr-defined] # read by `mark_plain`
    return resolve


def mark_plain(field: GraphQLField) -> None:
    """Notes of a field whether its value can be had the short way. For fields that everybody may see."""
    get = _getter(field.resolve)
    kind = _sure(field.type)
    if field.args or get is None:
        return
    if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        field.extensions[MARK] = Way(get=get, write=partial(_written, kind.serialize))
    elif isinstance(kind, GraphQLList) and isinstance(_sure(kind.of_type), GraphQLScalarType | GraphQLEnumType):
        field.extensions[MARK] = Way(get=get, write=partial(_all_written, _sure(kind.of_type).serialize))
    elif isinstance(kind, GraphQLObjectType) and kind is not field.type:
        field.extensions[MARK] = Way(get=get, kind=kind)


def _getter(resolver: Any) -> Get | None:  # noqa: ANN401 (any resolver)
    if isinstance(resolver, partial) and resolver.func is dict_or_attr_resolver:
        return attrgetter(resolver.args[0])
    return getattr(resolver, "get", None)


def _sure(kind: Any) -> Any:  # noqa: ANN401 (any type of GraphQL's)
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _written(serialize: Get, value: object) -> object:
    """Raises TypeError, or whatever else, for what the long way must see."""
    if not isinstance(value, PLAIN):
        raise TypeError
    written = serialize(value)
    if type(written) not in WRITTEN:
        raise TypeError
    return written


def _all_written(serialize: Get, values: object) -> object:
    if not isinstance(values, list | tuple):
        raise TypeError
    return [_written(serialize, value) for value in values]


class TidyExecution(ExecutionContext):
    """Notes every coroutine in the request's `prepared`, for `close_dropped` at the request's end."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 (graphql-core's signature)
        super().__init__(*args, **options)
        self.is_awaitable = self._noted

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401 (graphql-core's signature)
        path: Path | None,
        fields: dict[str, list[FieldNode]],
    ) -> Any:  # noqa: ANN401 (graphql-core's signature)
        """The object's fields, in their order: those with plain values at once, the others as graphql-core does."""
        if (tag := parent_type.extensions.get(TAGGED)) is not None:
            self.context_value.shown.add(tag(source_value))
        written: dict[str, Any] = {}
        others: dict[str, list[FieldNode]] = {}
        for name, nodes in fields.items():
            way = _way_to(parent_type, nodes)
            written[name] = Undefined if way is None or way.write is None else _value(way.get, way.write, source_value)
            if written[name] is Undefined:
                others[name] = nodes
        if not others:
            return written
        rest = super().execute_fields(parent_type, source_value, path, others)
        if len(others) == len(written):
            return rest
        self._noted(rest)
        return _filled(written, rest) if isinstance(rest, dict) else _filled_later(written, rest)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,  # noqa: ANN401 (graphql-core's signature)
        field_nodes: list[FieldNode],
        path: Path,
    ) -> Any:  # noqa: ANN401 (graphql-core's signature)
        """A field's value, or a coroutine of it: in a mutation nobody looks at that before its turn."""
        way = _way_to(parent_type, field_nodes)
        if way is not None and way.kind is not None:
            value = _value(way.get, None, source)
            if _is_object(way.kind, value):
                return self._fields_of(way.kind, value, field_nodes, path)
        value = super().execute_field(parent_type, source, field_nodes, path)
        self._noted(value)
        return value

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_nodes: list[FieldNode],
        info: GraphQLResolveInfo,
        path: Path,
        result: Any,  # noqa: ANN401 (graphql-core's signature)
    ) -> Any:  # noqa: ANN401 (graphql-core's signature)
        """An object that must be there goes straight to its fields."""
        kind = return_type.of_type if type(return_type) is GraphQLNonNull else None
        if type(kind) is GraphQLObjectType and _is_object(kind, result):
            return self._fields_of(kind, result, field_nodes, path)
        return super().complete_value(return_type, field_nodes, info, path, result)

    def _fields_of(self, kind: GraphQLObjectType, value: object, field_nodes: list[FieldNode], path: Path) -> Any:  # noqa: ANN401
        """Of an object that must be there. What is wrong with a field knows its place, and is told further up."""
        written = self.execute_fields(kind, value, path, self.collect_subfields(kind, field_nodes))
        self._noted(written)
        return written

    def _noted(self, value: object) -> bool:
        kind = type(value)
        if kind in NEVER_AWAITED:
            return False
        if kind is CoroutineType:
            self.context_value.prepared.append(value)
            return True
        return is_awaitable(value)


def _way_to(kind: GraphQLObjectType, nodes: list[FieldNode]) -> Way | None:
    field = kind.fields.get(nodes[0].name.value)
    return None if field is None else field.extensions.get(MARK)


def _value(get: Get, write: Get | None, source: object) -> Any:  # noqa: ANN401 (any value)
    """Undefined where the long way must find it, or find what is wrong with it."""
    try:
        return get(source) if write is None else write(get(source))
    except Exception:  # noqa: BLE001 (whatever it is, the long way meets it too, and tells it)
        return Undefined


def _filled(written: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    written.update(rest)
    return {name: value for name, value in written.items() if value is not Undefined}


async def _filled_later(written: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return _filled(written, await rest)


def _is_object(kind: GraphQLObjectType, value: object) -> bool:
    """Whether nothing can be wrong with it but its fields."""
    return is_dataclass(value) and kind.is_type_of is None and not isinstance(value, Exception)


def close_dropped(prepared: list[Coroutine[Any, Any, Any]]) -> None:
    """Closes what nobody began to await, and forgets the rest."""
    for coroutine in prepared:
        if getcoroutinestate(coroutine) == CORO_CREATED:
            coroutine.close()
    prepared.clear()
