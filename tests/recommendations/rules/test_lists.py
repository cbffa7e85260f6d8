"""What holds of every list, whatever was bought: property tests."""

from collections.abc import Mapping
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from services.recommendations.limits import MOST_ITEMS
from services.recommendations.models import Partners, Purchases, Ranked, Rule, Shop
from services.recommendations.rules.recommender import Recommender
from tests.recommendations.rules.makers import a_shop, bought, partners

Value = TypeVar("Value")

SKUS = [f"p{n}" for n in range(12)]
AGES = st.dictionaries(st.integers(0, 60), st.integers(1, 5), min_size=1, max_size=3)
SOLD = st.dictionaries(st.sampled_from(SKUS), AGES)
KINDS = st.dictionaries(st.sampled_from(SKUS), st.sampled_from(["Tea", "Cups", "Ropes"]))
PAIRS = st.dictionaries(st.sampled_from(SKUS), st.dictionaries(st.sampled_from(SKUS), st.integers(1, 5)), max_size=4)


@settings(max_examples=200)
@given(sold=SOLD, kinds=KINDS, own=SOLD, pairs=PAIRS, archived=st.sets(st.sampled_from(SKUS)))
def test_every_item_is_for_sale_stands_once_and_follows_from_its_counts(
    sold: Mapping[str, Mapping[int, int]],
    kinds: Mapping[str, str],
    own: Mapping[str, Mapping[int, int]],
    pairs: Mapping[str, Mapping[str, int]],
    archived: set[str],
) -> None:
    shop, history, found = a_shop(sold, kinds, tuple(archived)), bought(**own), partners(**pairs)
    items = Recommender().recommend(shop, history, found)
    assert len({item.sku for item in items}) == len(items) <= MOST_ITEMS
    assert items == Recommender().recommend(shop, _turned(history), _turned(found))
    for item in items:
        assert item.sku in shop.sales
        assert item.sku not in archived
        assert item.score > 0
        assert _follows(item, shop, history, found), item
        assert Recommender().reason(item, shop)


def _turned(counts: Mapping[str, Value]) -> Mapping[str, Value]:
    """The same, in another order."""
    return {sku: counts[sku] for sku in reversed(list(counts))}


def _follows(item: Ranked, shop: Shop, history: Purchases, found: Partners) -> bool:
    basis = item.basis
    if item.rule is Rule.BUY_AGAIN:
        return basis.orders == sum(history[item.sku].values())
    if item.rule is Rule.BOUGHT_TOGETHER:
        assert basis.sku is not None
        assert basis.sku in history
        orders = {partner.sku: partner.orders for partner in found[basis.sku]}
        return (basis.orders, basis.of) == (orders[item.sku], shop.sales[basis.sku].total.orders)
    if item.rule is Rule.CATEGORY_AFFINITY:
        kinds = [product.categories for sku in history if (product := shop.products.get(sku))]
        return (basis.orders, basis.of) == (kinds.count((basis.category or "",)), len(history))
    return basis.orders <= shop.sales[item.sku].total.orders
