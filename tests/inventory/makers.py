"""Makes what inventory's tests speak of. Checks nothing."""

from services.inventory.models import AdjustStock, HoldStock, OpenStock, ReservedLine
from services.inventory.ports import StockStore
from services.inventory.service import InventoryService
from services.shared.events import Origin
from services.shared.ids import SortableIds
from tests.support.doubles import StandingClock

ORIGIN = Origin(correlation_id="order-1", causation_id="workflow-1")
TTL = 900


def lines_of(**quantities: int) -> tuple[ReservedLine, ...]:
    return tuple(ReservedLine(sku=sku, quantity=quantity) for sku, quantity in quantities.items())


def a_hold(order_id: str, ttl_seconds: int = TTL, **quantities: int) -> HoldStock:
    return HoldStock(order_id=order_id, lines=lines_of(**quantities), ttl_seconds=ttl_seconds)


def an_adjustment(adjustment_id: str, sku: str, delta: int) -> AdjustStock:
    return AdjustStock(adjustment_id=adjustment_id, sku=sku, delta=delta, reason="counted again")


def a_service(store: StockStore, clock: StandingClock | None = None, *, batch: int = 64) -> InventoryService:
    return InventoryService(store, clock or StandingClock(), SortableIds(), batch=batch)


async def opened(service: InventoryService, **quantities: int) -> InventoryService:
    """The service, with that much of each SKU delivered."""
    for sku, quantity in quantities.items():
        await service.open_stock(OpenStock(sku=sku, quantity=quantity), ORIGIN)
    return service
