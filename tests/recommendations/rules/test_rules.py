"""Each rule, as a shopper feels it: what is recommended, by which rule, and with which reason."""

from dataclasses import replace

import pytest

from services.recommendations.models import Basis, Rule
from services.recommendations.rules.policy import SERVED
from services.recommendations.rules.recommender import Recommender
from tests.recommendations.rules.makers import a_shop, bought, found, partners, skus

RULES = Recommender()


def test_what_was_bought_often_and_lately_is_recommended_again() -> None:
    shop = a_shop({"tea": 5, "rope": 5, "lamp": 5})
    items = RULES.recommend(shop, bought(tea=3, rope={40: 3}, lamp=1), {})
    assert skus(items) == ["tea", "lamp", "rope"]
    assert found(items, "tea").basis == Basis(orders=3)
    assert RULES.reason(found(items, "tea"), shop) == "You bought this 3 times"
    assert RULES.reason(found(items, "lamp"), shop) == "You bought this before"


def test_what_was_bought_with_a_users_product_is_recommended_with_its_name() -> None:
    shop = a_shop({"tea": 20, "cup": 20, "rope": 20})
    items = RULES.recommend(shop, bought(tea=9), partners(tea={"cup": 8}))
    assert skus(items)[:2] == ["tea", "cup"]
    cup = found(items, "cup")
    assert (cup.rule, cup.basis) == (Rule.BOUGHT_TOGETHER, Basis(orders=8, of=20, sku="tea"))
    assert RULES.reason(cup, shop) == "Often bought with Tea"


def test_a_pair_that_was_seen_once_proves_nothing() -> None:
    shop = a_shop({"tea": 20, "cup": 20})
    assert RULES.together(shop, "tea", partners(tea={"cup": SERVED.partner_support - 1})) == ()
    assert skus(RULES.together(shop, "tea", partners(tea={"cup": SERVED.partner_support}))) == ["cup"]


def test_what_is_in_every_order_anyway_says_less_of_a_product() -> None:
    shop = a_shop({"tea": 20, "cup": 20, "bag": 1000})
    assert skus(RULES.together(shop, "tea", partners(tea={"bag": 8, "cup": 6}))) == ["cup", "bag"]


def test_what_goes_with_it_and_sells_now_comes_before_what_went_with_it_last_winter() -> None:
    shop = a_shop({"tea": 20, "cup": {30: 20}, "mug": {0: 10, 30: 10}})
    items = RULES.recommend(shop, bought(tea=9), partners(tea={"cup": 9, "mug": 8}))
    assert skus(items) == ["tea", "mug", "cup"]


def test_pairs_of_a_product_that_no_order_has_any_more_are_passed_over() -> None:
    shop = a_shop({"tea": 20, "cup": 20})
    pairs = partners(rope={"cup": 9}, tea={"cup": 2})
    (cup,) = RULES.completing(shop, ("rope", "tea"), pairs)
    assert cup.basis == Basis(orders=2, of=20, sku="tea")


def test_a_long_history_promises_no_more_of_its_partners_than_a_short_one() -> None:
    shop = a_shop({"tea": 20, "pot": 20, "cup": 20})
    pairs = partners(tea={"cup": 8}, pot={"cup": 8})
    rules = Recommender(replace(SERVED, rules=frozenset({Rule.BOUGHT_TOGETHER, Rule.TRENDING})))
    one = rules.recommend(shop, bought(tea=1), pairs)
    both = rules.recommend(shop, bought(tea=1, pot=1), pairs)
    assert found(one, "cup").score == pytest.approx(found(both, "cup").score)


def test_whoever_buys_of_a_category_is_offered_more_of_it() -> None:
    books = {f"book{n}": "Books" for n in range(4)}
    tools = {f"tool{n}": "Tools" for n in range(40)}
    shop = a_shop(dict.fromkeys(books | tools, 10), books | tools)
    items = RULES.recommend(shop, bought(book0=1, book1=1), {})
    assert set(skus(items)[:4]) == set(books)
    item = found(items, "book2")
    assert (item.rule, item.basis) == (Rule.CATEGORY_AFFINITY, Basis(orders=2, of=2, category="Books"))
    assert RULES.reason(item, shop) == "Popular in Books, which you often buy"


def test_what_is_bought_now_is_trending_before_what_was_bought_more() -> None:
    shop = a_shop({"old": {12: 30}, "new": 9})
    items = RULES.trending(shop)
    assert [(item.sku, item.rule, item.basis) for item in items] == [
        ("new", Rule.TRENDING, Basis(orders=9)),
        ("old", Rule.TRENDING, Basis(orders=0)),
    ]
    assert RULES.reason(items[0], shop) == "Popular just now"


def test_a_sale_long_ago_is_no_trend() -> None:
    assert skus(RULES.trending(a_shop({"new": 1, "old": {SERVED.heat_weeks + 1: 50}}))) == ["new"]


def test_who_has_bought_nothing_gets_what_is_trending() -> None:
    shop = a_shop({"tea": 3, "cup": 2})
    assert RULES.recommend(shop, {}, {}) == RULES.trending(shop)


def test_what_is_archived_is_recommended_by_no_rule() -> None:
    shop = a_shop({"tea": 9, "cup": 9, "rope": 1}, archived=("cup", "tea"))
    assert skus(RULES.recommend(shop, bought(tea=4, rope=1), partners(rope={"cup": 5}))) == ["rope"]
    assert RULES.together(shop, "rope", partners(rope={"cup": 5})) == ()


def test_a_page_holds_a_few_of_one_category_while_there_are_others() -> None:
    kinds = {f"tea{n:02}": "Tea" for n in range(30)} | {f"cup{n:02}": "Cups" for n in range(30)}
    shop = a_shop({sku: 100 if kind == "Tea" else 1 for sku, kind in kinds.items()}, kinds)
    policy = replace(SERVED, most_of_category=4, page=8)
    items = Recommender(policy).trending(shop)
    pages = [skus(items)[start : start + 8] for start in range(len(items) - 8)]
    assert all(sum(sku.startswith("tea") for sku in page) <= 4 for page in pages)
    assert (
        sum(sku.startswith("tea") for sku in skus(Recommender(replace(policy, most_of_category=99)).trending(shop)))
        == 30
    )


def test_a_list_always_offers_something_new() -> None:
    old = {f"old{n:02}": 10 for n in range(60)}
    shop = a_shop(old | {f"new{n:02}": 1 for n in range(60)})
    items = RULES.recommend(shop, bought(**old), {})
    assert sum(item.rule is Rule.BUY_AGAIN for item in items) == SERVED.most_of_rule
    assert any(item.sku.startswith("new") for item in items)


def test_a_rule_that_is_left_out_has_no_say() -> None:
    kinds = {"tea": "Tea", "mug": "Tea", "cup": "Cups"} | {f"rope{n}": "Ropes" for n in range(30)}
    shop = a_shop(dict.fromkeys(kinds, 5), kinds)
    history, pairs = bought(tea=2), partners(tea={"cup": 3})
    for rule in (Rule.BUY_AGAIN, Rule.BOUGHT_TOGETHER, Rule.CATEGORY_AFFINITY):
        rules = Recommender(replace(SERVED, rules=SERVED.rules - {rule}))
        given = {sku: found for sku, found in pairs.items() if sku in rules.anchors_of(shop, history)}
        assert rule in {item.rule for item in RULES.recommend(shop, history, pairs)}
        assert rule not in {item.rule for item in rules.recommend(shop, history, given)}


def test_a_history_of_any_length_asks_for_a_bounded_number_of_partners() -> None:
    history = bought(**{f"p{n}": 1 + n % 3 for n in range(1000)})
    anchors = RULES.anchors_of(a_shop({}), history)
    assert len(anchors) == SERVED.anchors
    assert all(sum(history[sku].values()) == 3 for sku in anchors)
