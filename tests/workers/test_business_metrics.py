"""What operators see of reservations and money: each counted once, when it is stored."""

from datetime import timedelta

from prometheus_client import REGISTRY

from services.inventory.memory import MemoryStockStore
from services.inventory.models import ReservationState
from services.inventory.service import InventoryService
from services.shared.errors import Refused
from services.shared.ids import SortableIds
from services.shared.money import Money
from tests.inventory.makers import ORIGIN, TTL, a_hold, opened
from tests.support.doubles import StandingClock
from workers.business_metrics import MoneyMetrics, ReservationMetrics

OUTCOMES = [state.lower() for state in ReservationState]


def told() -> dict[str, float]:
    return {
        outcome: REGISTRY.get_sample_value("caravan_inventory_reservations_total", {"outcome": outcome}) or 0
        for outcome in OUTCOMES
    }


def since(before: dict[str, float]) -> dict[str, float]:
    return {outcome: number - before[outcome] for outcome, number in told().items() if number != before[outcome]}


async def test_each_state_of_a_reservation_is_counted_once_however_often_it_is_asked_for() -> None:
    clock, metrics = StandingClock(), ReservationMetrics()
    shop = await opened(InventoryService(MemoryStockStore(), clock, SortableIds(), watch=metrics), LAMP=10)
    before = told()
    for _ in range(3):
        for order in ("sold", "returned", "dropped", "late"):
            await shop.hold_stock(a_hold(order, LAMP=1), ORIGIN)
        try:
            await shop.hold_stock(a_hold("greedy", LAMP=1000), ORIGIN)
        except Refused:
            continue
    for _ in range(3):
        for order in ("sold", "returned"):
            await shop.commit_hold(order, ORIGIN)
    for _ in range(3):
        for order in ("returned", "dropped", "never held"):
            await shop.release_hold(order, ORIGIN)
    clock.advance(timedelta(seconds=TTL + 1))
    for _ in range(3):
        await shop.expire_holds(10, ORIGIN)
    assert since(before) == {"held": 4, "refused": 1, "committed": 2, "returned": 1, "released": 1, "expired": 1}


def test_money_is_counted_in_its_smallest_unit() -> None:
    def moved(name: str) -> float:
        return REGISTRY.get_sample_value(f"caravan_payments_{name}_minor_total", {"currency": "CHF"}) or 0

    captured, refunded = moved("captured"), moved("refunded")
    metrics = MoneyMetrics()
    metrics.captured(Money(minor=1250, currency="CHF"))
    metrics.refunded(Money(minor=50, currency="CHF"))
    assert (moved("captured") - captured, moved("refunded") - refunded) == (1250, 50)
