"""What every ProductStore promises; run against the one in memory and the real one."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence
from dataclasses import replace

import pytest

from services.catalog.errors import SkuTaken
from services.catalog.models import ProductPage, ProductQuery, ProductSort
from services.catalog.ports import ProductStore
from services.shared.errors import Invalid
from services.shared.money import Money
from services.shared.pages import encode_cursor
from services.shared.receipts import Outcome
from tests.catalog.makers import a_note, a_product, an_event, eur

SHELF = (
    a_product("p1", name="lamp", price=eur(2000), age=50),
    a_product("p2", name="Lamp shade", price=eur(500), age=40, categories=("Lamps", "Spare parts")),
    a_product("p3", name="Rope", price=Money(minor=900, currency="JPY"), age=30, categories=("Outdoor",)),
    a_product("p4", name="Lamp", price=eur(2000), age=20),
    a_product("p5", name="Äpfel", price=eur(0), age=20, categories=()),
    a_product("p6", name="Old lamp", price=eur(100), age=10, active=False),
)


def ids(page: ProductPage) -> list[str]:
    return [edge.node.id for edge in page.edges]


async def walk(store: ProductStore, query: ProductQuery) -> list[str]:
    """The ids of all pages, following the cursors."""
    found: list[str] = []
    after = query.after
    while True:
        page = await store.page(replace(query, after=after))
        assert page.has_previous is (after is not None)
        assert page.edges, "a page was promised"
        found += ids(page)
        if not page.has_next:
            return found
        after = page.edges[-1].cursor


class ProductStoreContract(ABC):
    """Subclasses offer a fixture `store` and say how to see what it stored."""

    @abstractmethod
    async def stored_events(self, store: ProductStore) -> Sequence[tuple[str, str, int]]:
        """Id, type and sequence of each event stored, by id."""

    @pytest.fixture
    async def shelf(self, store: ProductStore) -> ProductStore:
        for product in SHELF:
            await store.insert(product, [])
        return store

    async def test_a_product_is_found_as_it_was(self, store: ProductStore) -> None:
        assert await store.insert(a_product(), [an_event(a_product())]) == a_product()
        assert await store.by_ids(["p1"]) == (a_product(),)
        assert await store.by_skus(["SKU-p1"]) == (a_product(),)
        assert await self.stored_events(store) == [("e1", "product.created.v1", 1)]

    async def test_unknown_products_are_left_out(self, shelf: ProductStore) -> None:
        found = await shelf.by_ids(["p2", "p9", "p1"])
        assert sorted(product.id for product in found) == ["p1", "p2"]
        assert [product.id for product in await shelf.by_skus(["SKU-p6", "SKU-p9"])] == ["p6"]
        assert await shelf.by_ids([]) == await shelf.by_skus([]) == ()

    async def test_the_same_id_again_answers_with_the_product_that_is_there(self, store: ProductStore) -> None:
        await store.insert(a_product(), [an_event(a_product())])
        again = a_product(name="Another name")
        assert await store.insert(again, [an_event(again, "e2")]) == a_product()
        assert len(await self.stored_events(store)) == 1

    async def test_a_sku_belongs_to_one_product(self, store: ProductStore) -> None:
        await store.insert(a_product(), [an_event(a_product())])
        thief = replace(a_product("p2"), sku="SKU-p1")
        with pytest.raises(SkuTaken) as refused:
            await store.insert(thief, [an_event(thief, "e2")])
        assert refused.value.problems[0].path == ("sku",)
        assert await store.by_ids(["p2"]) == ()
        assert len(await self.stored_events(store)) == 1

    async def test_of_products_made_at_once_one_gets_the_sku(self, store: ProductStore) -> None:
        rivals = [replace(a_product(f"p{number}"), sku="LAMP") for number in range(5)]
        outcomes = await asyncio.gather(
            *(store.insert(rival, [an_event(rival, f"e-{rival.id}")]) for rival in rivals), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes].count(SkuTaken) == 4
        assert len(await store.by_skus(["LAMP"])) == len(await self.stored_events(store)) == 1

    async def test_one_product_made_at_once_is_made_once(self, store: ProductStore) -> None:
        made = await asyncio.gather(
            *(store.insert(a_product(), [an_event(a_product(), f"e{number}")]) for number in range(5))
        )
        assert set(made) == {a_product()}
        assert len(await self.stored_events(store)) == 1

    @pytest.mark.parametrize("first", [1, 2, 5, 100])
    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            (ProductSort.NEWEST, ["p5", "p4", "p3", "p2", "p1"]),
            (ProductSort.NAME, ["p1", "p4", "p2", "p3", "p5"]),
            (ProductSort.PRICE_ASC, ["p5", "p2", "p1", "p4", "p3"]),
            (ProductSort.PRICE_DESC, ["p3", "p4", "p1", "p2", "p5"]),
        ],
    )
    async def test_pages_of_any_size_show_each_product_once_in_order(
        self, shelf: ProductStore, sort: ProductSort, expected: list[str], first: int
    ) -> None:
        assert await walk(shelf, ProductQuery(first=first, sort=sort)) == expected

    async def test_every_edge_is_a_place_to_go_on_from(self, shelf: ProductStore) -> None:
        page = await shelf.page(ProductQuery(sort=ProductSort.NAME))
        for index, edge in enumerate(page.edges):
            rest = await shelf.page(ProductQuery(sort=ProductSort.NAME, after=edge.cursor))
            assert ids(rest) == ids(page)[index + 1 :]

    async def test_a_product_added_meanwhile_moves_no_other(self, shelf: ProductStore) -> None:
        page = await shelf.page(ProductQuery(first=2))
        await shelf.insert(a_product("p7"), [])
        rest = await shelf.page(ProductQuery(after=page.edges[-1].cursor))
        assert ids(rest) == ["p3", "p2", "p1"]

    async def test_a_category_narrows_page_and_total(self, shelf: ProductStore) -> None:
        lamps = ProductQuery(first=2, category="Lamps")
        page = await shelf.page(lamps)
        assert (ids(page), page.has_next) == (["p4", "p2"], True)
        assert await shelf.count(replace(lamps, after=page.edges[-1].cursor)) == 3
        assert ids(await shelf.page(ProductQuery(category="lamps"))) == []

    @pytest.mark.parametrize(
        ("search", "expected"),
        [
            ("LÁMP", ["p4", "p2", "p1"]),
            ("lamp sha", ["p2"]),
            ("sh la lamp", ["p2"]),
            ("lamps", []),
            ("shades", []),
            ("ropes", []),
            ("rop", ["p3"]),
            ("apfel", ["p5"]),
            ("lamp rope", []),
            ("SKU-p3", ["p3"]),
            ("p", ["p5", "p4", "p3", "p2", "p1"]),
            ("brig war", ["p5", "p4", "p3", "p2", "p1"]),
            ("bright, warm: old", []),
            ("", ["p5", "p4", "p3", "p2", "p1"]),
            ("?!", ["p5", "p4", "p3", "p2", "p1"]),
        ],
    )
    async def test_every_word_of_a_search_begins_a_word_of_the_product(
        self, shelf: ProductStore, search: str, expected: list[str]
    ) -> None:
        assert ids(await shelf.page(ProductQuery(search=search))) == expected
        assert await shelf.count(ProductQuery(search=search)) == len(expected)

    async def test_a_search_is_narrowed_by_the_other_filters(self, shelf: ProductStore) -> None:
        lamps = ProductQuery(search="lamp", sort=ProductSort.PRICE_ASC)
        assert ids(await shelf.page(lamps)) == ["p2", "p1", "p4"]
        assert ids(await shelf.page(replace(lamps, include_inactive=True))) == ["p6", "p2", "p1", "p4"]
        assert ids(await shelf.page(replace(lamps, category="Spare parts"))) == ["p2"]
        await shelf.note_stock([a_note("SKU-p4", 1, 1)])
        assert ids(await shelf.page(replace(lamps, in_stock=True))) == ["p4"]
        assert ids(await shelf.page(replace(lamps, in_stock=False, first=1))) == ["p2"]

    async def test_archived_products_are_listed_on_demand(self, shelf: ProductStore) -> None:
        everything = ProductQuery(first=3, include_inactive=True)
        assert await walk(shelf, everything) == ["p6", "p5", "p4", "p3", "p2", "p1"]
        assert await shelf.count(everything) == 6
        assert await shelf.count(ProductQuery(first=3)) == 5

    async def test_a_product_is_replaced_by_its_next_version_alone(self, store: ProductStore) -> None:
        await store.insert(a_product(), [])
        renamed = replace(a_product(name="Floor lamp"), version=2)
        assert await store.replace(renamed, 1, [an_event(renamed, "e2")])
        late = replace(a_product(name="Desk lamp"), version=2)
        assert not await store.replace(late, 1, [an_event(late, "e3")])
        assert not await store.replace(a_product("p9"), 1, [an_event(a_product("p9"), "e4")])
        assert await store.by_ids(["p1", "p9"]) == (renamed,)
        assert await self.stored_events(store) == [("e2", "product.created.v1", 2)]

    async def test_of_rivals_for_a_version_one_wins(self, store: ProductStore) -> None:
        await store.insert(a_product(), [])
        rivals = [replace(a_product(name=f"Lamp {number}"), version=2) for number in range(5)]
        won = await asyncio.gather(*(store.replace(rival, 1, [an_event(rival, rival.name)]) for rival in rivals))
        assert won.count(True) == 1
        assert await store.by_ids(["p1"]) == (rivals[won.index(True)],)
        assert len(await self.stored_events(store)) == 1

    async def test_a_change_moves_the_product_to_its_new_lists(self, shelf: ProductStore) -> None:
        (lamp,) = await shelf.by_ids(["p4"])
        await shelf.note_stock([a_note(lamp.sku, 3, 1)])
        changed = replace(lamp, name="Torch", categories=("Outdoor",), price=eur(1), version=2)
        assert await shelf.replace(changed, 1, [])
        assert ids(await shelf.page(ProductQuery(category="Lamps"))) == ["p2", "p1"]
        assert ids(await shelf.page(ProductQuery(category="Outdoor", in_stock=True))) == ["p4"]
        assert ids(await shelf.page(ProductQuery(search="torch"))) == ["p4"]
        assert ids(await shelf.page(ProductQuery(sort=ProductSort.PRICE_ASC)))[:2] == ["p5", "p4"]

    async def test_stock_that_is_noted_narrows_the_lists(self, shelf: ProductStore) -> None:
        for product_id in ("p1", "p3", "p6"):
            await shelf.note_stock([a_note(f"SKU-{product_id}", 5, 1)])
        assert ids(await shelf.page(ProductQuery(in_stock=True))) == ["p3", "p1"]
        assert ids(await shelf.page(ProductQuery(in_stock=False))) == ["p5", "p4", "p2"]
        assert ids(await shelf.page(ProductQuery(in_stock=True, include_inactive=True))) == ["p6", "p3", "p1"]
        assert ids(await shelf.page(ProductQuery(in_stock=True, category="Lamps"))) == ["p1"]
        assert ids(await shelf.page(ProductQuery(in_stock=True, search="rope"))) == ["p3"]
        assert await shelf.count(ProductQuery(in_stock=False, search="lamp")) == 2

    @pytest.mark.parametrize(
        ("notes", "in_stock"),
        [
            ([(5, 1), (0, 2)], False),
            ([(0, 2), (5, 1)], False),
            ([(5, 1), (0, 2), (5, 1)], False),
            ([(0, 1), (5, 3), (0, 2), (0, 1)], True),
            ([(5, 1), (4, 2), (0, 2)], True),
            ([(0, 3), (0, 2), (1, 3)], False),
        ],
    )
    async def test_of_the_notes_of_a_sku_the_last_version_counts(
        self, store: ProductStore, notes: list[tuple[int, int]], *, in_stock: bool
    ) -> None:
        await store.insert(a_product(), [])
        for available, version in notes:
            await store.note_stock([a_note("SKU-p1", available, version)])
        assert await store.count(ProductQuery(in_stock=in_stock)) == 1

    async def test_stock_noted_before_its_product_is_not_lost(self, store: ProductStore) -> None:
        await store.note_stock([a_note("SKU-p1", 5, 1)])
        await store.insert(a_product(), [])
        assert ids(await store.page(ProductQuery(in_stock=True))) == ["p1"]
        await store.note_stock([a_note("SKU-p1", 0, 2)])
        assert ids(await store.page(ProductQuery(in_stock=True))) == []

    async def test_stock_noted_while_its_product_is_made_is_not_lost(self, store: ProductStore) -> None:
        numbers = range(12)
        made = [store.insert(a_product(f"p{number}"), []) for number in numbers]
        noted = [store.note_stock([a_note(f"SKU-p{number}", 1, 1)]) for number in numbers]
        mixed: list[Awaitable[object]] = [wish for pair in zip(made, noted, strict=True) for wish in pair]
        await asyncio.gather(*mixed)
        assert await store.count(ProductQuery(in_stock=True)) == len(numbers)

    async def test_stock_noted_while_the_product_changes_is_not_lost(self, store: ProductStore) -> None:
        await store.insert(a_product(), [])

        async def rename() -> None:
            for version in range(2, 10):
                assert await store.replace(replace(a_product(name=f"Lamp {version}"), version=version), version - 1, [])

        async def sell() -> None:
            for version in range(1, 10):
                await store.note_stock([a_note("SKU-p1", version % 2, version)])

        await asyncio.gather(rename(), sell())
        assert ids(await store.page(ProductQuery(in_stock=True, search="9"))) == ["p1"]

    async def test_each_note_of_many_has_an_outcome_of_its_own(self, store: ProductStore) -> None:
        await store.insert(a_product(), [])
        notes = [a_note("SKU-p1", 5, 2), a_note("SKU-p1", 0, 1), a_note("SKU-p2", 1, 1), a_note("SKU-p1", 5, 2)]
        once = (Outcome.APPLIED, Outcome.SUPERSEDED, Outcome.APPLIED, Outcome.DUPLICATE)
        assert (await store.note_stock(notes)).outcomes == once
        again = await store.note_stock([*notes, a_note("SKU-p1", 0, 3)])
        assert again.outcomes == (*[Outcome.DUPLICATE] * 4, Outcome.APPLIED)
        assert await store.count(ProductQuery(in_stock=True)) == 0

    async def test_it_is_told_when_a_product_comes_into_stock_or_goes_out(self, store: ProductStore) -> None:
        await store.insert(a_product(), [])
        levels = [(0, 1), (5, 3), (0, 2), (4, 4), (0, 7), (0, 8), (2, 9)]
        moved = [(await store.note_stock([a_note("SKU-p1", *level)])).moved for level in levels]
        assert moved == [False, True, False, False, True, False, True]
        assert not (await store.note_stock([a_note("SKU-p1", 0, 10), a_note("SKU-p1", 1, 11)])).moved
        assert not (await store.note_stock([a_note("SKU-p2", 3, 1)])).moved, "no product is listed under this SKU"

    async def test_the_same_notes_at_the_same_time_are_applied_once(self, store: ProductStore) -> None:
        notes = [a_note(f"SKU-p{number}", 1, 1) for number in range(8)]
        noted = await asyncio.gather(*(store.note_stock(notes) for _ in range(4)))
        for each in zip(*(one.outcomes for one in noted), strict=True):
            assert sorted(each) == [Outcome.APPLIED] + [Outcome.DUPLICATE] * 3

    async def test_a_preview_says_what_a_note_would_come_to_and_notes_nothing(self, store: ProductStore) -> None:
        await store.note_stock([a_note("SKU-p1", 5, 2)])
        assert await store.preview_note(a_note("SKU-p1", 5, 2)) is Outcome.DUPLICATE
        assert await store.preview_note(a_note("SKU-p1", 0, 1)) is Outcome.SUPERSEDED
        for _ in range(2):
            assert await store.preview_note(a_note("SKU-p1", 0, 3)) is Outcome.APPLIED

    async def test_an_empty_page_is_a_page(self, store: ProductStore) -> None:
        assert await store.page(ProductQuery()) == ProductPage(edges=(), has_next=False, has_previous=False)
        assert await store.count(ProductQuery()) == 0

    async def test_a_cursor_belongs_to_its_order(self, shelf: ProductStore) -> None:
        cursor = (await shelf.page(ProductQuery(sort=ProductSort.PRICE_ASC))).edges[0].cursor
        for forged in (cursor, "", "no cursor", encode_cursor("NAME"), encode_cursor("NAME", 1)):
            with pytest.raises(Invalid) as refused:
                await shelf.page(ProductQuery(sort=ProductSort.NAME, after=forged))
            assert refused.value.problems[0].path == ("after",)
