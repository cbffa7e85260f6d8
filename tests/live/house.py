"""A gateway in this process behind a real port, on a shop in memory, with real sockets and a real or missing Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from gateway.composition import assemble
from gateway.sockets.transport import BoundedWebSocket
from services.infra.settings import GatewaySettings, LiveSettings, Profile, RedisSettings, Settings
from services.inventory.models import HoldStock, ReservedLine
from services.orders.models import AdvanceOrder, Order, OrderStatus
from services.payments.models import Payment, SettlePayment
from tests.gateway.shop import NOBODY
from tests.gateway.world import Wire, World, build_world

NO_REDIS = "redis://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class House:
    """The gateway's address, and the world that it shows."""

    url: str
    world: World

    async def sell(self, sku: str, quantity: int = 1) -> int:
        """What is available after it; nobody is told."""
        shop = self.world.shop
        line = ReservedLine(sku=sku, quantity=quantity)
        await shop.inventory.hold_stock(HoldStock(order_id=shop.ids.new(), lines=(line,), ttl_seconds=900), NOBODY)
        (item,) = await shop.stock.items([sku])
        return item.available

    async def advance(self, order_id: str, status: OrderStatus) -> Order:
        """The order in its new state; nobody is told."""
        return await self.world.shop.orders.advance_order(AdvanceOrder(order_id=order_id, status=status), NOBODY)

    async def refund(self, order_id: str) -> Payment:
        """The payment after it; nobody is told."""
        wish = SettlePayment(order_id=order_id, idempotency_key=f"{order_id}/refund")
        payment = await self.world.shop.payments.cancel_payment(wish, NOBODY)
        assert payment is not None
        return payment


def quick(**changes: Any) -> LiveSettings:  # noqa: ANN401 (settings)
    """Settings under which everything happens soon."""
    return LiveSettings(**({"look_every": 60, "look_every_alone": 0.1, "init_within": 5} | changes))


@asynccontextmanager
async def opened(
    live: LiveSettings | None = None, redis: str = NO_REDIS, profile: Profile = Profile.DEVELOPMENT
) -> AsyncIterator[House]:
    """A house with its own world."""
    world = await build_world()
    settings = Settings().model_copy(
        update={
            "live": live or quick(),
            "redis": RedisSettings(url=redis),
            "profile": profile,
            "gateway": GatewaySettings(allowed_origins="https://shop.example"),
        }
    )
    app = assemble(settings, world.backends, world.shop.clock)
    world.wire = Wire(app)
    config = uvicorn.Config(
        app,
        port=0,
        log_level="warning",
        lifespan="on",
        ws=BoundedWebSocket,
        ws_max_size=settings.limits.body,
        ws_per_message_deflate=False,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield House(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", world)
    finally:
        await server.shutdown()
