"""What the measurement reads is what the service's counts are: the same reads of the same orders."""

from cli.recommendations.quality.counts import HistoryCounts
from cli.recommendations.quality.split import Exam
from services.recommendations.counting.memory import MemoryCounts, MemoryShelf
from services.recommendations.limits import PAIRED_SKUS
from tests.recommendations.counts.makers import NOW, a_product, an_order, stands

SKUS = [f"p{n:03}" for n in range(PAIRED_SKUS + 6)]
ORDERS = (
    an_order("o1", "p001", "p002", "p003", weeks_ago=3),
    an_order("o2", "p001", "p002", user="bob", weeks_ago=2),
    an_order("o3", *SKUS, weeks_ago=1, units=2),
    an_order("o4", "p004"),
)


async def test_a_measured_history_reads_as_the_services_counts() -> None:
    products = tuple(a_product(sku) for sku in SKUS)
    shelf = MemoryShelf()
    await shelf.note(products)
    served = MemoryCounts(shelf)
    await served.count(stands(*ORDERS))
    exam = Exam(now=NOW, products=products, known=ORDERS, next={}, before={}, hidden=())
    measured = HistoryCounts(exam)
    assert measured.shop == await served.shop(NOW)
    assert measured.partners_of(SKUS) == await served.partners_of(SKUS)
    for user, purchases in (await served.purchases_of(["ada", "bob"], 0)).items():
        assert measured.purchases_of(user) == purchases
