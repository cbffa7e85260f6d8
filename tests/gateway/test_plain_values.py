"""Values that are written the short way look as they would the long way, and no guarded field takes it."""

from dataclasses import dataclass

import graphene
import pytest
from graphql import ExecutionContext, GraphQLSchema, graphql_sync

from gateway.execution import MARK, TidyExecution, mark_plain
from gateway.guard import OPEN, access_to, served_fields
from gateway.schema import build_schema
from services.orders.models import OrderStatus


@dataclass(frozen=True)
class Thing:
    """All kinds of values, right and wrong."""

    text: object = "a"
    whole: object = 3


class ThingType(graphene.ObjectType):  # type: ignore[misc] # Graphene has no types
    """What is asked for."""

    text = graphene.String()
    sure = graphene.String(required=True, name="sure")
    whole = graphene.Int()

    class Meta:
        """Graphene's options."""

        name = "Thing"


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
    for kind, _, field in served_fields(schema):
        if kind.name == "Thing":
            mark_plain(field)
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
    ],
)
@pytest.mark.parametrize("query", ["{ thing { text whole __typename } }", "{ thing { other: text sure } }"])
def test_the_answer_is_that_of_the_long_way(thing: Thing, query: str) -> None:
    schema = schema_of(thing)
    expected = graphql_sync(schema, query, execution_context_class=ExecutionContext)
    found = graphql_sync(schema, query, execution_context_class=TidyExecution)
    assert found.formatted == expected.formatted


def test_only_what_everybody_may_see_takes_the_short_way() -> None:
    marked = {f"{kind.name}.{name}" for kind, name, field in served_fields(build_schema()) if MARK in field.extensions}
    assert {"Product.sku", "Product.active", "Stock.available"} <= marked
    assert {field for field in marked if access_to(field) not in OPEN} == set()
