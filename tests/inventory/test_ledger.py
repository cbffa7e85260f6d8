"""The ledger of deliveries and losses, as those who run the shop read it."""

import pytest

from services.inventory.memory import MemoryStockStore
from services.inventory.models import AdjustmentPage, AdjustmentQuery
from services.inventory.service import InventoryService
from services.shared.actors import Actor, Role
from services.shared.errors import Conflict, Forbidden, Invalid
from services.shared.pages import encode_cursor
from tests.inventory.makers import ORIGIN, a_hold, a_service, an_adjustment, opened
from tests.support.doubles import StandingClock
from tests.support.identity import OPS

MIA = Actor(user_id="mia", roles=frozenset({Role.CUSTOMER}))
BOSS = Actor(user_id="boss", roles=frozenset({Role.ADMIN}))


@pytest.fixture
async def shop() -> InventoryService:
    """Ten lamps are delivered, three of them sold, two more lost and five found."""
    shop = await opened(a_service(MemoryStockStore()), LAMP=10, ROPE=1)
    await shop.hold_stock(a_hold("o1", LAMP=3), ORIGIN)
    await shop.commit_hold("o1", ORIGIN)
    await shop.adjust_stock(an_adjustment("a1", "LAMP", -2), OPS, ORIGIN)
    await shop.adjust_stock(an_adjustment("a2", "LAMP", 5), BOSS, ORIGIN)
    return shop


def shown(page: AdjustmentPage) -> list[tuple[str | None, int, str, int]]:
    return [(edge.node.actor_id, edge.node.delta, edge.node.reason, edge.node.on_hand) for edge in page.edges]


async def test_the_ledger_says_who_how_many_why_and_what_was_there_then(shop: InventoryService) -> None:
    page = await shop.stock_adjustments(AdjustmentQuery(sku="LAMP"), OPS)
    assert shown(page) == [
        ("boss", 5, "counted again", 10),
        ("ops", -2, "counted again", 5),
        (None, 10, "opening stock", 10),
    ]
    assert {edge.node.at for edge in page.edges} == {StandingClock().now()}
    assert (page.has_next, page.has_previous) == (False, False)


async def test_an_adjustment_sent_again_or_refused_is_no_entry(shop: InventoryService) -> None:
    before = await shop.stock_adjustments(AdjustmentQuery(sku="LAMP"), OPS)
    await shop.adjust_stock(an_adjustment("a1", "LAMP", -2), BOSS, ORIGIN)
    with pytest.raises(Conflict):
        await shop.adjust_stock(an_adjustment("a3", "LAMP", -11), OPS, ORIGIN)
    assert await shop.stock_adjustments(AdjustmentQuery(sku="LAMP"), OPS) == before


async def test_pages_show_each_entry_once(shop: InventoryService) -> None:
    whole = await shop.stock_adjustments(AdjustmentQuery(sku="LAMP"), OPS)
    first = await shop.stock_adjustments(AdjustmentQuery(sku="LAMP", first=2), OPS)
    assert (first.edges, first.has_next) == (whole.edges[:2], True)
    await shop.adjust_stock(an_adjustment("a4", "LAMP", 1), OPS, ORIGIN)
    rest = await shop.stock_adjustments(AdjustmentQuery(sku="LAMP", first=2, after=first.edges[-1].cursor), OPS)
    assert (rest.edges, rest.has_next, rest.has_previous) == (whole.edges[2:], False, True)


async def test_the_ledger_of_what_does_not_exist_is_empty(shop: InventoryService) -> None:
    page = await shop.stock_adjustments(AdjustmentQuery(sku="GLUE"), OPS)
    assert page == AdjustmentPage(edges=(), has_next=False, has_previous=False)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (AdjustmentQuery(sku="$ne"), ("sku",)),
        (AdjustmentQuery(sku="LAMP", first=0), ("first",)),
        (AdjustmentQuery(sku="LAMP", first=101), ("first",)),
        (AdjustmentQuery(sku="LAMP", after="x"), ("after",)),
        (AdjustmentQuery(sku="LAMP", after=encode_cursor("ROPE", 1)), ("after",)),
    ],
)
async def test_a_page_that_can_never_be_right_is_invalid(
    shop: InventoryService, query: AdjustmentQuery, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await shop.stock_adjustments(query, OPS)
    assert refused.value.problems[0].path == path


async def test_customers_neither_read_nor_write_it(shop: InventoryService) -> None:
    before = await shop.stock_of(["LAMP"])
    with pytest.raises(Forbidden):
        await shop.stock_adjustments(AdjustmentQuery(sku="LAMP"), MIA)
    with pytest.raises(Forbidden):
        await shop.adjust_stock(an_adjustment("a9", "LAMP", 1), MIA, ORIGIN)
    assert await shop.stock_of(["LAMP"]) == before
