"""Shops and histories for the rules, in few words."""

from collections.abc import Mapping

from services.recommendations.models import Partner, Partners, Purchases, Ranked, Sales, ShelfProduct, Shop, Sold

NOW = 2900.5
THIS_WEEK = 2900


def a_shop(
    sold: Mapping[str, int | Mapping[int, int]],
    categories: Mapping[str, str] | None = None,
    archived: tuple[str, ...] = (),
) -> Shop:
    """By SKU its orders, of this week or by weeks ago; and the category of those that have one."""
    by_age = {sku: each if isinstance(each, Mapping) else {0: each} for sku, each in sold.items()}
    return Shop(
        now=NOW,
        products={
            sku: ShelfProduct(
                sku=sku,
                name=sku.title(),
                categories=(categories[sku],) if categories and sku in categories else (),
                active=sku not in archived,
            )
            for sku in by_age
        },
        sales={
            sku: Sales(
                sku=sku,
                total=Sold(orders=sum(ages.values()), units=sum(ages.values())),
                weeks={THIS_WEEK - age: Sold(orders=count, units=count) for age, count in ages.items()},
            )
            for sku, ages in by_age.items()
        },
    )


def bought(**by_sku: Mapping[int, int] | int) -> Purchases:
    """By SKU a user's orders, of this week or by weeks ago."""
    return {
        sku: {THIS_WEEK - age: count for age, count in (each if isinstance(each, Mapping) else {0: each}).items()}
        for sku, each in by_sku.items()
    }


def partners(**pairs: Mapping[str, int]) -> Partners:
    """By SKU the others, with the orders with both."""
    return {
        sku: tuple(
            Partner(sku=other, orders=orders) for other, orders in sorted(some.items(), key=lambda each: -each[1])
        )
        for sku, some in pairs.items()
    }


def skus(items: tuple[Ranked, ...]) -> list[str]:
    return [item.sku for item in items]


def found(items: tuple[Ranked, ...], sku: str) -> Ranked:
    return next(item for item in items if item.sku == sku)
