"""What is asked was not known, and is the same each time."""

from datetime import timedelta

from cli.recommendations.quality.baskets import Basket, History
from cli.recommendations.quality.split import LEAST_HOUSEHOLDS, exam_of
from tests.recommendations.counts.makers import NOW, a_product, an_order


def a_basket(week: int, user: str, *skus: str) -> Basket:
    order = an_order(f"{week}-{user}", *skus, user=user, weeks_ago=60 - week)
    return Basket(week=week, order=order)


def a_history() -> History:
    """Everybody buys LAMP and ROPE; ada alone buys RARE."""
    crowd = [a_basket(10, f"user{n:02}", "LAMP", "ROPE") for n in range(LEAST_HOUSEHOLDS)]
    ada = [a_basket(11, "ada", "LAMP", "RARE"), a_basket(12, "ada", "ROPE", "LAMP"), a_basket(16, "ada", "TENT")]
    stranger = [a_basket(12, "eve", "LAMP", "ROPE")]
    products = tuple(a_product(sku) for sku in ("LAMP", "RARE", "ROPE", "TENT"))
    return History(baskets=(*crowd, *ada, *stranger), products=products)


def test_what_is_asked_is_what_known_users_bought_later_of_what_is_not_rare() -> None:
    exam = exam_of(a_history(), last_week=11, baskets=1)
    assert [product.sku for product in exam.products] == ["LAMP", "ROPE"]
    assert exam.now == NOW - timedelta(weeks=49)
    assert exam.next == {"ada": frozenset({"LAMP", "ROPE"})}
    assert exam.before == {"ada": frozenset({"LAMP"})}
    (asked,) = exam.hidden
    assert {*asked.basket, asked.hidden} == {"LAMP", "ROPE"}


def test_the_same_is_asked_each_time() -> None:
    assert exam_of(a_history(), 11, 1) == exam_of(a_history(), 11, 1)
