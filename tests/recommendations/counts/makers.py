"""Orders and products to count, and a recount by the plainest means."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from services.recommendations.counting.models import OrderNews
from services.recommendations.models import Partner, Sales, ShelfProduct, Sold
from services.recommendations.ports import CountReader
from services.shared.standing_orders import StandingLine, StandingOrder
from services.shared.weeks import EPOCH, week_of

NOW = datetime.fromisoformat("2026-11-22T21:04:05.123+00:00")
WEEK = week_of(NOW)


def an_order(order_id: str = "o1", *skus: str, user: str = "ada", weeks_ago: int = 0, units: int = 1) -> StandingOrder:
    """Of one line for each SKU."""
    return StandingOrder(
        order_id=order_id,
        customer_id=user,
        placed_at=NOW - timedelta(weeks=weeks_ago),
        lines=tuple(StandingLine(sku=sku, quantity=units) for sku in skus or ("LAMP", "ROPE")),
    )


def stands(*orders: StandingOrder) -> list[OrderNews]:
    return [OrderNews(order=order, stands=True) for order in orders]


def called_off(*orders: StandingOrder) -> list[OrderNews]:
    return [OrderNews(order=order, stands=False) for order in orders]


def a_product(sku: str = "LAMP", *, version: int = 1, name: str = "Lamp", active: bool = True) -> ShelfProduct:
    return ShelfProduct(sku=sku, name=name, categories=("Home",), active=active, version=version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """All counts of some users and SKUs."""

    purchases: dict[str, dict[str, dict[int, int]]]
    sales: dict[str, Sales]
    partners: dict[str, tuple[Partner, ...]]
    latest: dict[str, set[str]]


async def counted(reader: CountReader, users: Sequence[str], skus: Sequence[str]) -> Counted:
    """As they are read."""
    purchases = await reader.purchases_of(users, 0)
    latest = await reader.bought_since(users, EPOCH)
    return Counted(
        purchases={
            user: {sku: dict(weeks) for sku, weeks in history.items()} for user, history in purchases.items() if history
        },
        sales={sku: sales for sku, sales in (await reader.shop(NOW)).sales.items() if sku in skus},
        partners=dict(await reader.partners_of(skus)),
        latest={user: {purchase.order_id for purchase in bought} for user, bought in latest.items()},
    )


def recounted(orders: Iterable[StandingOrder]) -> Counted:
    """As they must be, of orders of a few lines."""
    purchases: dict[str, dict[str, dict[int, int]]] = {}
    latest: dict[str, set[str]] = {}
    sold: Counter[tuple[str, int, str]] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for order in orders:
        week = week_of(order.placed_at)
        latest.setdefault(order.customer_id, set()).add(order.order_id)
        for line in order.lines:
            sold[line.sku, week, "orders"] += 1
            sold[line.sku, week, "units"] += line.quantity
            weeks = purchases.setdefault(order.customer_id, {}).setdefault(line.sku, {})
            weeks[week] = weeks.get(week, 0) + 1
        for one, other in combinations([line.sku for line in order.lines], 2):
            together[one, other] += 1
            together[other, one] += 1
    return Counted(
        purchases=purchases,
        sales={sku: _sales(sku, sold) for sku, _, _ in sold},
        partners={sku: _partners(sku, together) for sku, _ in together},
        latest=latest,
    )


def _sales(sku: str, sold: Counter[tuple[str, int, str]]) -> Sales:
    weeks = {
        week: Sold(orders=sold[sku, week, "orders"], units=sold[sku, week, "units"])
        for week in {week for other, week, _ in sold if other == sku}
    }
    total = Sold(orders=sum(each.orders for each in weeks.values()), units=sum(each.units for each in weeks.values()))
    return Sales(sku=sku, total=total, weeks=weeks)


def _partners(sku: str, together: Counter[tuple[str, str]]) -> tuple[Partner, ...]:
    found = [Partner(sku=other, orders=count) for (one, other), count in together.items() if one == sku]
    return tuple(sorted(found, key=lambda each: (-each.orders, each.sku)))
