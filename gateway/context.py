"""What one request carries: who asks, the process's ports, and loaders that batch. Nothing here outlives a request."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from aiodataloader import DataLoader
from graphql import GraphQLError, GraphQLResolveInfo
from graphql.pyutils import Path

from gateway.campaigns import CampaignRuns
from gateway.currencies import Currencies
from gateway.execution import close_dropped
from gateway.live.hub import Hub
from gateway.ports import Sagas, WorkflowView
from gateway.redrives import Redrives
from gateway.refreshes import Refreshes
from gateway.schedules import Schedules
from gateway.throttle.sign_ins import SignIns
from services.catalog.models import Product
from services.catalog.ports import Catalog
from services.deadletters.models import LetterContent
from services.deadletters.ports import DeadLetters
from services.infra.response_cache import tags
from services.infra.telemetry import current_trace
from services.inventory.models import StockItem
from services.inventory.ports import Inventory
from services.notifications.campaigns.ports import Campaigns
from services.notifications.ports import Notifications
from services.orders.models import Order
from services.orders.ports import Orders
from services.payments.models import Payment
from services.payments.ports import Payments
from services.recommendations.models import Recommendation
from services.recommendations.ports import Recommendations
from services.shared.actors import Actor
from services.shared.errors import Unauthenticated
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.users.audit.ports import Audit
from services.users.models import User
from services.users.ports import Unsubscriptions, Users

Info = GraphQLResolveInfo
Item = TypeVar("Item")
Ask = Callable[[Sequence[str]], Awaitable[Sequence[Item]]]
Tell = Callable[[Sequence[str], Mapping[Hashable, Item]], Iterable[str]]
"""The tags of keys that were asked for, and of what was found."""

LARGEST_BATCH = 500
"""Keys of one call to a service; more are asked for in further calls."""

MOST_LOOKED_AT = 200
"""The same of SKUs whose company is asked for: each is answered with a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How workflows are started: which services share a process with their worker, and how long a hold lasts.

    Attributes:
        orders: with the worker of queue `orders`.
        products: with the worker of queue `catalog`.
        hold_seconds: see `PlaceOrderInput`.
        answer_within: seconds until a shopper is answered, whatever is away.
    """

    orders: tuple[str, ...]
    products: tuple[str, ...]
    hold_seconds: int
    answer_within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """All that the gateway stands on; built once by the composition root."""

    catalog: Catalog
    inventory: Inventory
    orders: Orders
    payments: Payments
    users: Users
    unsubscriptions: Unsubscriptions
    audit: Audit
    dead_letters: DeadLetters
    sagas: Sagas
    redrives: Redrives
    schedules: Schedules
    refreshes: Refreshes
    notifications: Notifications
    campaigns: Campaigns
    campaign_runs: CampaignRuns
    recommendations: Recommendations
    ids: IdFactory
    places: Places
    currencies: Currencies


class Calls:
    """The loaders' calls. They run in tasks of their own, which the end of a request's task does not reach."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Future[Any]] = set()
        self._ended = False

    async def followed(self, call: Awaitable[Item]) -> Item:
        """The call's answer. Raises CancelledError once the calls were cancelled, and begins none after that."""
        task = asyncio.ensure_future(call)
        if self._ended:
            task.cancel()
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await task

    def cancel(self) -> None:
        """Cancels all of them, and those to come."""
        self._ended = True
        for task in self._under_way:
            task.cancel()


class Loaders:
    """Reads by key: all of one request's wishes for a kind of thing become one call."""

    def __init__(self, backends: Backends, viewer: Actor | None) -> None:
        """Reads as `viewer`: what is not open to them, services do not show. Tags of what is read gather in `shown`."""
        self.shown: set[str] = set()
        self._backends = backends
        self._viewer = viewer
        self._calls = Calls()

    def cancel(self) -> None:
        """Ends the calls that are under way, for a request that nobody waits for any more."""
        self._calls.cancel()

    @cached_property
    def product(self) -> "DataLoader[str, Product | None]":
        """Products by id."""
        return self._batched(self._backends.catalog.products_by_id, lambda product: product.id, _products)

    @cached_property
    def product_by_sku(self) -> "DataLoader[str, Product | None]":
        """Products by SKU."""
        return self._batched(self._backends.catalog.products_by_sku, lambda product: product.sku, _products)

    @cached_property
    def stock(self) -> "DataLoader[str, StockItem | None]":
        """Stock by SKU."""
        return self._batched(self._backends.inventory.stock_of, lambda item: item.sku, _named(tags.stock))

    @cached_property
    def user(self) -> "DataLoader[str, User | None]":
        """Users by id."""
        ask = self._as_viewer(self._backends.users.visible_users)
        return self._batched(ask, lambda user: user.id, _named(tags.user))

    @cached_property
    def payment(self) -> "DataLoader[str, Payment | None]":
        """Payments by order."""
        ask = self._as_viewer(self._backends.payments.visible_payments)
        return self._batched(ask, lambda payment: payment.order_id, _named(tags.order))

    @cached_property
    def order(self) -> "DataLoader[str, Order | None]":
        """Orders by id."""
        ask = self._as_viewer(self._backends.orders.visible_orders)
        return self._batched(ask, lambda order: order.id, _named(tags.order))

    @cached_property
    def bought_together(self) -> "DataLoader[tuple[str, int], tuple[Recommendation, ...]]":
        """What is bought together with a SKU, best first: so many of it at most."""
        calls, ask = self._calls, self._backends.recommendations.bought_together

        async def load(wishes: list[tuple[str, int]]) -> list[tuple[Recommendation, ...]]:
            skus, most = tuple({sku: None for sku, _ in wishes}), max(limit for _, limit in wishes)
            found = await calls.followed(ask(skus, most))
            return [found.get(sku, ())[:limit] for sku, limit in wishes]

        return DataLoader(load, max_batch_size=MOST_LOOKED_AT)

    @cached_property
    def dead_letter_content(self) -> "DataLoader[str, LetterContent | None]":
        """What is in dead letters, by id; asked for until all of it has come."""
        ask = self._as_viewer(self._backends.dead_letters.contents_of)

        async def ask_until_complete(ids: Sequence[str]) -> Sequence[LetterContent]:
            found: list[LetterContent] = []
            missing = list(ids)
            while missing and (news := await ask(missing)):
                found += news
                missing = [each for each in missing if each not in {content.id for content in news}]
            return found

        return self._batched(ask_until_complete, lambda content: content.id, lambda _keys, _found: ())

    @cached_property
    def workflow(self) -> "DataLoader[str, WorkflowView | None]":
        """Workflows by id; the engine describes one at a time, so this only spares repeats."""
        calls, describe = self._calls, self._backends.sagas.describe

        async def load(ids: list[str]) -> "list[WorkflowView | None]":
            return [await calls.followed(describe(workflow_id)) for workflow_id in ids]

        return DataLoader(load, max_batch_size=1)

    def _batched(
        self, ask: Ask[Item], key: Callable[[Item], Hashable], tell: Tell[Item]
    ) -> "DataLoader[str, Item | None]":
        async def load(keys: list[str]) -> "list[Item | None]":
            found = {key(item): item for item in await self._calls.followed(ask(keys))}
            self.shown.update(tell(keys, found))
            return [found.get(wanted) for wanted in keys]

        return DataLoader(load, max_batch_size=LARGEST_BATCH)

    def _as_viewer(self, ask: Callable[[Sequence[str], Actor], Awaitable[Sequence[Item]]]) -> Ask[Item]:
        async def ask_as_viewer(keys: Sequence[str]) -> Sequence[Item]:
            if self._viewer is None:
                raise Unauthenticated("sign in first")
            return await ask(keys, self._viewer)

        return ask_as_viewer


def _named(tag: Callable[[str], str]) -> Tell[Any]:
    """What is asked for has the tag of its key, whether it is there or not."""
    return lambda keys, _found: map(tag, keys)


def _products(keys: Sequence[str], found: Mapping[Hashable, Product]) -> Iterable[str]:
    """One that is not there may come with any change of the catalogue."""
    return (tags.product(found[key].id) if key in found else tags.PRODUCTS for key in keys)


@dataclass(slots=True, kw_only=True)
class RequestContext:
    """One GraphQL request.

    Attributes:
        viewer: who is signed in; None for an anonymous caller.
        throttle: how often somebody may try to sign in; None where nobody can.
        address: the client's network address; empty where there is none.
        refused: a mutation of this request answered with errors; for the metrics.
        served: how many recommendations of each rule are in the answer; for the metrics.
        changed: the tags of what a mutation of this request may have changed.
        proven: the ids of those who proved in this request who they are, by a password or a refresh token.
        live: where a subscription watches; None for a request over HTTP.
        gaps: errors beside what was answered all the same, by the place in the answer.
        prepared: the coroutines of its fields, so that none is left behind.
    """

    backends: Backends
    loaders: Loaders
    viewer: Actor | None
    request_id: str
    throttle: SignIns | None = None
    address: str = ""
    refused: bool = False
    served: Counter[str] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)
    proven: set[str] = field(default_factory=set)
    live: Hub | None = None
    gaps: dict[tuple[str | int, ...], GraphQLError] = field(default_factory=dict)
    prepared: list[Coroutine[Any, Any, Any]] = field(default_factory=list, repr=False)

    def begun_again(self, viewer: Actor | None) -> "RequestContext":
        """The same request of somebody else, with nothing of this one in it."""
        loaders = Loaders(self.backends, viewer)
        return RequestContext(
            backends=self.backends, loaders=loaders, viewer=viewer, request_id=self.request_id, address=self.address
        )

    def end(self) -> None:
        """Nothing of the request goes on behind its answer."""
        self.loaders.cancel()
        close_dropped(self.prepared)

    @property
    def shown(self) -> set[str]:
        """The tags of what the answer depends on, as far as it is made."""
        return self.loaders.shown

    @property
    def signed_in(self) -> Actor:
        """Who is signed in. Raises Unauthenticated when nobody is."""
        if self.viewer is None:
            raise Unauthenticated("sign in first")
        return self.viewer

    @property
    def sign_ins(self) -> SignIns:
        """How often somebody may try to sign in."""
        assert self.throttle  # noqa: S101 (requests over HTTP always have it, and nobody signs in elsewhere)
        return self.throttle

    def note_gap(self, place: Path | None, absence: Exception) -> None:
        """Tells the client what could not be asked for, though something stands at its place; once a place."""
        names = tuple(place.as_list()) if place else ()
        self.gaps.setdefault(names, GraphQLError(str(absence), path=names, original_error=absence))

    @property
    def hub(self) -> Hub:
        """Where a subscription watches."""
        assert self.live  # noqa: S101 (sockets always have it, and nothing else subscribes)
        return self.live

    @property
    def origin(self) -> Origin:
        """Where the changes of this request come from."""
        return Origin(correlation_id=self.request_id, causation_id=self.request_id, traceparent=current_trace())


def context_of(info: Info) -> RequestContext:
    """The request's context, typed."""
    context = info.context
    assert isinstance(context, RequestContext)  # noqa: S101 (the endpoint puts nothing else there)
    return context
