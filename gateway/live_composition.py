"""The part of the composition root that builds live updates: the hub, what it hears, and the door of the sockets."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from graphql import GraphQLSchema
from redis.asyncio import Redis

from gateway.live.channel import Read
from gateway.live.hub import Hub, Pace
from gateway.live.reads import OrderReads, StockReads
from gateway.live.states import Watched
from gateway.sockets.door import Door
from gateway.sockets.execution import Execution
from gateway.sockets.session import Desk
from gateway.web.edge import Edge
from services.infra.notices import Receiver
from services.infra.settings import Profile, Settings
from services.shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Live updates: the sockets' application, and what has to run for as long as it is served."""

    sockets: Door
    running: Sequence[Callable[[], Coroutine[None, None, None]]]


def live_of(settings: Settings, schema: GraphQLSchema, edge: Edge, redis: Redis, clock: Clock) -> Live:
    """Connects to nothing yet."""
    backends, metrics = edge.around.backends, edge.around.metrics.live
    reads: dict[Watched, Read] = {
        Watched.ORDERS: OrderReads(backends.orders, backends.payments),
        Watched.STOCK: StockReads(backends.inventory),
    }
    pace = Pace(hearing=settings.live.look_every, deaf=settings.live.look_every_alone)
    hub = Hub(reads, pace, metrics, settings.live.skus)
    desk = Desk(
        execution=Execution(schema, edge, hub),
        authenticator=edge.around.authenticator,
        settings=settings.live,
        metrics=metrics,
        clock=clock,
        ids=backends.ids,
    )
    others = frozenset(settings.gateway.allowed_origins.split())
    return Live(
        sockets=Door(desk, others if settings.profile is Profile.PRODUCTION else None),
        running=(hub.run, Receiver(redis, hub).run),
    )
