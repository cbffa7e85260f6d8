"""What is shown in the place of what a service that is away would have answered, where the schema allows no null there.

Without a stand-in the null would rise to the next field that may be null, and take with it what others answered. Each
comes with an error at its place, marked `standIn`: see `RequestContext.note_gap`. Asks nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, Final

from graphql import GraphQLField, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import collect_fields

from gateway.context import Info, context_of
from services.catalog.models import Product
from services.inventory.models import StockItem
from services.shared.errors import Unavailable
from services.users.models import Preferences, User

NO_MOMENT: Final = datetime.fromtimestamp(0, UTC)


def no_stock(product: Product) -> StockItem:
    """None of it: what is not known to be there cannot be bought."""
    return StockItem(sku=product.sku, on_hand=0, reserved=0, available=0, version=0, updated_at=product.created_at)


def nobody_but(user_id: str) -> User:
    """Of a user the id alone, which others know too."""
    return User(
        id=user_id,
        email="",
        name="",
        roles=(),
        preferences=Preferences(promotional=False, recommendations=False),
        version=0,
        created_at=NO_MOMENT,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPage:
    """A page of a list that could not be read: nothing on it, and more to come from the cursor that was asked for."""

    end: str | None
    edges: tuple[Any, ...] = ()
    has_next: bool = True
    has_previous: bool = False
    total: int = 0

    @property
    def page(self) -> "NoPage":
        """For lists whose page is a part of what their resolver answers."""
        return self


def answer_lists_in_part(schema: GraphQLSchema) -> GraphQLSchema:
    """Gives every list at the root a stand-in, so that one that is away takes nothing from what is asked beside it."""
    assert schema.query_type  # noqa: S101 (there is one)
    for field in schema.query_type.fields.values():
        if is_list(field):
            field.resolve = _standing_in(field, lambda arguments: NoPage(end=arguments.get("after")))
        elif is_whole_list(field):
            field.resolve = _standing_in(field, lambda _: ())
    return schema


def is_list(field: GraphQLField) -> bool:
    """Whether it is a paged list that is never null."""
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else None
    return isinstance(kind, GraphQLObjectType) and kind.name.endswith("Connection")


def is_whole_list(field: GraphQLField) -> bool:
    """Whether it is a list that comes whole and is never null."""
    return isinstance(field.type, GraphQLNonNull) and isinstance(field.type.of_type, GraphQLList)


def _standing_in(field: GraphQLField, stand_in: Callable[[Mapping[str, Any]], object]) -> Callable[..., Any]:
    inner = field.resolve
    assert inner  # noqa: S101 (every root field of ours has a resolver)

    async def resolve(root: object, info: Info, **arguments: Any) -> object:  # noqa: ANN401 (GraphQL's)
        try:
            answer = inner(root, info, **arguments)
            return await answer if isawaitable(answer) else answer
        except Unavailable as absence:
            if _asked_alone(info):
                raise
            context_of(info).note_gap(info.path, absence)
            return stand_in(arguments)

    return resolve


def _asked_alone(info: Info) -> bool:
    """Whether nothing else would be left to answer."""
    fields = collect_fields(
        info.schema, info.fragments, info.variable_values, info.parent_type, info.operation.selection_set
    )
    return len(fields) == 1
