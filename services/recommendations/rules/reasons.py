"""Why something is recommended, in words for a person. Says no more than the item's counts do. Pure."""

from services.recommendations.models import Ranked, Rule, Shop

ONCE = 1


def reason_of(item: Ranked, shop: Shop) -> str:
    """One short sentence without a full stop, e.g. "Often bought with Trail Shoe"."""
    if item.rule is Rule.BUY_AGAIN:
        return "You bought this before" if item.basis.orders <= ONCE else f"You bought this {item.basis.orders} times"
    if item.rule is Rule.BOUGHT_TOGETHER and item.basis.sku is not None:
        return f"Often bought with {_name_of(item.basis.sku, shop)}"
    if item.rule is Rule.CATEGORY_AFFINITY and item.basis.category is not None:
        return f"Popular in {item.basis.category}, which you often buy"
    return "Popular just now"


def _name_of(sku: str, shop: Shop) -> str:
    product = shop.products.get(sku)
    return product.name if product else sku
