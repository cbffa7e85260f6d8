"""What a mutation may have changed of what answers show: dropped before it is answered, so that who did it sees it.

Only what is known at the spot; all that follows from it elsewhere is told by events. What failed may have happened,
what was refused has not.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, Final

from graphql import GraphQLField, GraphQLSchema

from gateway.answers import Answer, LogoutAnswer, OrderAnswer, ProductAnswer, StockAnswer
from gateway.context import Info, context_of
from gateway.errors import EdgeError
from services.infra.response_cache import tags
from services.orders.models import Order
from services.shared.actors import Actor
from services.shared.errors import Forbidden, Unauthenticated
from services.shared.ids import derived_id
from workflows.names import order_id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A mutation that has run. `answer` is None where it failed. `arguments` are those of its resolver."""

    viewer: Actor | None
    arguments: Mapping[str, Any]
    answer: Answer | None = None


Changed = Callable[[Deed], Collection[str]]


def _nothing(_deed: Deed) -> Collection[str]:
    return ()


def _own_account(deed: Deed) -> Collection[str]:
    return (tags.user(deed.viewer.user_id),) if deed.viewer else ()


def _session(deed: Deed) -> Collection[str]:
    """The token tells whose it is, not who sent it: who logs out may send nothing else."""
    owner_id = deed.answer.owner_id if isinstance(deed.answer, LogoutAnswer) else None
    return {*_own_account(deed), *((tags.user(owner_id),) if owner_id else ())}


def _account(deed: Deed) -> Collection[str]:
    return (tags.user(deed.arguments["user_id"]),)


def _new_product(deed: Deed) -> Collection[str]:
    made = (tags.product(deed.answer.product.id),) if isinstance(deed.answer, ProductAnswer) else ()
    return (tags.PRODUCTS, tags.stock(deed.arguments["wanted"].sku), *made)


def _product(deed: Deed) -> Collection[str]:
    return (tags.product(deed.arguments["product_id"]), tags.PRODUCTS)


def _stock(deed: Deed) -> Collection[str]:
    named = {deed.arguments["sku"]} | ({deed.answer.stock.sku} if isinstance(deed.answer, StockAnswer) else set())
    return [tags.stock(sku) for sku in named]


def _new_order(deed: Deed) -> Collection[str]:
    wanted = deed.arguments["wanted"]
    stock = [tags.stock(line.sku) for line in wanted.lines]
    if deed.viewer is None:
        return stock
    order_id = derived_id("order", deed.viewer.user_id, wanted.idempotency_key)
    return [tags.order(order_id), tags.orders_of(deed.viewer.user_id), *stock]


def _order(deed: Deed) -> Collection[str]:
    named = tags.order(deed.arguments["order_id"])
    if isinstance(deed.answer, OrderAnswer):
        return (named, *_all_of(deed.answer.order))
    return (named, tags.orders_of(deed.viewer.user_id)) if deed.viewer else (named,)


def _all_of(order: Order) -> Collection[str]:
    return (tags.order(order.id), tags.orders_of(order.customer_id), *(tags.stock(line.sku) for line in order.lines))


def _workflow(deed: Deed) -> Collection[str]:
    order_id = order_id_of(deed.arguments["workflow_id"])
    return (tags.order(order_id),) if order_id else ()


CHANGES: Final[Mapping[str, Changed]] = {
    "register": _nothing,
    "login": _nothing,
    "refreshSession": _nothing,
    "logout": _session,
    "updatePreferences": _own_account,
    "changePassword": _own_account,
    "setRoles": _account,
    "createProduct": _new_product,
    "updateProduct": _product,
    "archiveProduct": _product,
    "adjustStock": _stock,
    "placeOrder": _new_order,
    "cancelOrder": _order,
    "shipOrder": _order,
    "deliverOrder": _order,
    "resolveStep": _workflow,
    # Nothing of these is in an answer that is kept; what they set going tells of itself.
    "createCampaign": _nothing,
    "pauseCampaign": _nothing,
    "cancelCampaign": _nothing,
    "triggerSchedule": _nothing,
    "pauseSchedule": _nothing,
    "refreshRecommendations": _nothing,
    "rebuildRecommendations": _nothing,
    "replayDeadLetters": _nothing,
    "discardDeadLetters": _nothing,
}
"""Every mutation."""


def note_changes(schema: GraphQLSchema) -> GraphQLSchema:
    """Has every mutation leave in its request what it may have changed. Raises KeyError for one without a row."""
    assert schema.mutation_type  # noqa: S101 (there is one)
    for name, field in schema.mutation_type.fields.items():
        _noting(field, CHANGES[name])
    return schema


def _noting(field: GraphQLField, changed: Changed) -> None:
    inner = field.resolve
    assert inner  # noqa: S101 (every root field of ours has a resolver)

    async def resolve(root: object, info: Info, **arguments: Any) -> object:  # noqa: ANN401 (GraphQL's)
        context = context_of(info)
        deed = Deed(viewer=context.viewer, arguments=arguments)
        try:
            answer = inner(root, info, **arguments)
            answer = await answer if isawaitable(answer) else answer
        except (Unauthenticated, Forbidden, EdgeError):
            raise
        except BaseException:
            context.changed.update(changed(deed))
            raise
        assert isinstance(answer, Answer)  # noqa: S101 (our mutations answer nothing else)
        if not _is_refused(answer):
            context.changed.update(changed(replace(deed, answer=answer)))
        return answer

    field.resolve = resolve


def _is_refused(answer: Answer) -> bool:
    """Whether it has problems and nothing else: then nothing was done."""
    return bool(answer.errors) and type(answer) is Answer
