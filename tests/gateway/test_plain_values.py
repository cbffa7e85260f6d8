"""Values that are written the short way look as they would the long way, and no guarded field takes it."""

import json
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from inspect import iscoroutine
from typing import Any

import graphene
import pytest
from graphql import ExecutionContext, GraphQLSchema, execute, parse

from gateway.execution import MARK, TidyExecution, close_dropped, mark_plain, of_object_alone
from gateway.guard import OPEN, access_to, served_fields
from gateway.schema import build_schema
from services.orders.models import OrderStatus


@dataclass(frozen=True)
class Part:
    """What is inside of a thing."""

    name: object = "p"
    late: object = "q"


@dataclass(frozen=True)
class Thing:
    """All kinds of values, right and wrong."""

    text: object = "a"
    whole: object = 3
    words: object = ("a", "b")
    part: object = Part()
    parts: object = (Part(), Part(name="other"))
    length: object = "long"


class PartType(graphene.ObjectType):  # type: ignore[misc] # Graphene has no types
    """One plain field, and one that is waited for."""

    name = graphene.String(required=True)
    late = graphene.String(required=True)

    class Meta:
        """Graphene's options."""

        name = "Part"

    @staticmethod
    async def resolve_late(part: Part, _info: object) -> object:
        """Not at once."""
        return part.late


class ThingType(graphene.ObjectType):  # type: ignore[misc] # Graphene has no types
    """What is asked for."""

    text = graphene.String()
    sure = graphene.String(required=True, name="sure")
    whole = graphene.Int()
    words = graphene.List(graphene.NonNull(graphene.String))
    part = graphene.Field(PartType, required=True)
    maybe = graphene.Field(PartType)
    parts = graphene.List(graphene.NonNull(PartType))
    length = graphene.Int()

    @staticmethod
    def resolve_maybe(thing: Thing, _info: object) -> object:
        """The same part."""
        return thing.part

    resolve_length = staticmethod(of_object_alone(lambda thing: len(thing.length)))

    class Meta:
        """Graphene's options."""

        name = "Thing"


@dataclass
class Request:
    """What the execution notes its coroutines in."""

    prepared: list[Coroutine[Any, Any, Any]] = field(default_factory=list)


class LongWay(ExecutionContext):
    """graphql-core's own, but for the coroutines that it drops: those are noted."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 (graphql-core's signature)
        super().__init__(*args, **options)
        self.is_awaitable = self._noted

    def execute_field(self, *args: Any) -> Any:  # noqa: ANN401 (graphql-core's signature)
        """A field's value, or a coroutine of it."""
        value = super().execute_field(*args)
        self._noted(value)
        return value

    def _noted(self, value: object) -> bool:
        if iscoroutine(value):
            self.context_value.prepared.append(value)
        return iscoroutine(value)


def schema_of(thing: Thing) -> GraphQLSchema:
    """Answers with the thing; every leaf may take the short way."""

    class Query(graphene.ObjectType):  # type: ignore[misc] # Graphene has no types
        """The way to it."""

        thing = graphene.Field(ThingType)

        @staticmethod
        def resolve_thing(_root: object, _info: object) -> Thing:
            """It."""
            return thing

    schema: GraphQLSchema = graphene.Schema(query=Query).graphql_schema
    for kind, _, about in served_fields(schema):
        if kind.name in {"Thing", "Part"}:
            mark_plain(about)
    return schema


@pytest.mark.parametrize(
    "thing",
    [
        Thing(),
        Thing(text=None, whole=None),
        Thing(text=True, whole=True),
        Thing(text=OrderStatus.PLACED, whole=2.5),
        Thing(text=["a"], whole=2**40),
        Thing(text=7, whole="many"),
        Thing(words=(), parts=(), length=""),
        Thing(words=("a", None), parts=(Part(), None), length=None),
        Thing(words="ab", parts=None),
        Thing(words=[True, OrderStatus.PLACED], part=None),
        Thing(part=ValueError("broken"), parts=[Part(name=None), Part()]),
        Thing(part={"name": "of a dict", "late": "too"}),
        Thing(part=Part(name=None)),
        Thing(part=Part(late=None), parts=(Part(), Part(late=None))),
    ],
)
@pytest.mark.parametrize(
    "query",
    [
        "{ thing { text whole __typename } }",
        "{ thing { other: text sure } }",
        "{ thing { text words length part { name } parts { name __typename } maybe { name } whole } }",
        "{ thing { part { late name } text maybe { name late } parts { name late } whole } }",
    ],
)
async def test_the_answer_is_that_of_the_long_way(thing: Thing, query: str) -> None:
    schema = schema_of(thing)
    expected = await answer_of(schema, query, LongWay)
    found = await answer_of(schema, query, TidyExecution)
    assert found == expected


async def answer_of(schema: GraphQLSchema, query: str, kind: type[ExecutionContext]) -> tuple[str, object]:
    """The data as it is written, its fields in their order; and the errors."""
    request = Request()
    result = execute(schema, parse(query), context_value=request, execution_context_class=kind)
    answer = await result if isinstance(result, Awaitable) else result
    close_dropped(request.prepared)
    errors = sorted(str(error.formatted) for error in answer.errors or ())
    return json.dumps(answer.data), errors


def test_only_what_everybody_may_see_takes_the_short_way() -> None:
    marked = {f"{kind.name}.{name}" for kind, name, about in served_fields(build_schema()) if MARK in about.extensions}
    assert {"Product.sku", "Stock.available", "ProductEdge.node", "Product.categories", "Money.amount"} <= marked
    assert {name for name in marked if access_to(name) not in OPEN} == set()
