"""The one table of what events make void: by type of event the names on kept answers that may show something older.

Pure, and exact where the event tells of what its service wrote before it. Answers that are made from what another
service learnt of the event are void only once that one has written it: the second table.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from services.infra.response_cache import tags
from services.shared.events import Event

Data = Mapping[str, Any]
TagsOf = Callable[[Data], Iterable[str]]


def _account(data: Data) -> Iterable[str]:
    return (tags.user(data["userId"]),)


def _product(data: Data) -> Iterable[str]:
    """Its name, price, categories and state decide in which lists it is, and where."""
    return (tags.product(data["productId"]), tags.PRODUCTS)


def _new_product(data: Data) -> Iterable[str]:
    """Until its stock was opened it was shown with none."""
    return (*_product(data), tags.stock(data["sku"]))


def _stock(data: Data) -> Iterable[str]:
    """Not the lists of what is in stock: the catalogue has yet to hear of it."""
    return (tags.stock(data["sku"]),)


def _order(data: Data) -> Iterable[str]:
    """A list of a person's orders can be one of a state, so each change of state can move the order."""
    return (tags.order(data["orderId"]), tags.orders_of(data["customerId"]))


def _payment(data: Data) -> Iterable[str]:
    """It is shown as part of its order."""
    return (tags.order(data["orderId"]),)


def _list(data: Data) -> Iterable[str]:
    return (tags.recommendations_of(data["userId"]),)


def _nothing(_data: Data) -> Iterable[str]:
    """No kept answer shows it."""
    return ()


TAGS: Final[Mapping[str, TagsOf]] = {
    "user.registered.v1": _account,
    "user.signed-in.v1": _nothing,
    "user.password-changed.v1": _account,
    "user.session-compromised.v1": _account,
    "user.preferences-changed.v1": _account,
    "user.roles-changed.v1": _account,
    "product.created.v1": _new_product,
    "product.updated.v1": _product,
    "product.archived.v1": _product,
    "stock.reserved.v1": _stock,
    "stock.released.v1": _stock,
    "stock.committed.v1": _stock,
    "stock.adjusted.v1": _stock,
    "order.placed.v1": _order,
    "order.reserved.v1": _order,
    "order.confirmed.v1": _order,
    "order.shipped.v1": _order,
    "order.delivered.v1": _order,
    "order.rejected.v1": _order,
    "order.cancelled.v1": _order,
    "payment.authorized.v1": _payment,
    "payment.captured.v1": _payment,
    "payment.voided.v1": _payment,
    "payment.refunded.v1": _payment,
    "payment.declined.v1": _payment,
    "notification.sent.v1": _nothing,
    "notification.skipped.v1": _nothing,
    "notification.failed.v1": _nothing,
    "recommendations.refreshed.v1": _list,
}
"""By type of event. A type without a row is refused before anybody asks for its row."""


def tags_of(events: Iterable[Event]) -> frozenset[str]:
    """What all of these make void."""
    return frozenset(tag for event in events for tag in TAGS[event.type](event.data))


COUNTED: Final = frozenset({"order.confirmed.v1", "order.cancelled.v1"})


def lists_of_buyers(events: Iterable[Event]) -> frozenset[str]:
    """What is void once these orders are counted: nobody is offered what he has just bought."""
    return frozenset(tags.recommendations_of(event.data["customerId"]) for event in events if event.type in COUNTED)


def counts_of_goods(events: Iterable[Event]) -> frozenset[str]:
    """What is void once the counts are read again that these orders are part of."""
    skus = {line["sku"] for event in events if event.type in COUNTED for line in event.data["lines"]}
    return frozenset({*map(tags.bought_together, skus), tags.TRENDING}) if skus else frozenset()


def words_of_reasons(events: Iterable[Event]) -> frozenset[str]:
    """What is void once the names are read again that reasons are made of: all personal lists hold some of them."""
    return frozenset({tags.TRENDING for event in events if event.type == "product.updated.v1"})
