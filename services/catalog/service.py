"""The catalogue's face on its ports: what a product may be, and what an order's lines cost today.

No transport, no database here.
"""

from collections.abc import Sequence

from services.catalog.events import ProductEvent, product_event
from services.catalog.listing import checked_query
from services.catalog.models import (
    CreateProduct,
    PricedLine,
    PricedLines,
    PriceLines,
    Product,
    ProductPage,
    ProductQuery,
)
from services.catalog.ports import ProductStore
from services.shared.clock import Clock
from services.shared.errors import Invalid, NotFound, Problem
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.shared.money import EXPONENTS, MAX_MINOR, Money, total_of
from services.shared.text import checked_sku, checked_text, is_sku

LONGEST_ID = 200
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5000
LONGEST_CATEGORY = 60
MOST_CATEGORIES = 20
MOST_LINES = 100
MOST_OF_A_LINE = 1000


class CatalogService:
    """Implements the Catalog port."""

    def __init__(self, store: ProductStore, clock: Clock, ids: IdFactory) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def create_product(self, command: CreateProduct, origin: Origin) -> Product:
        _check(command)
        now = self._clock.now()
        product = Product(
            id=command.product_id,
            sku=command.sku,
            name=command.name,
            description=command.description,
            categories=command.categories,
            price=command.price,
            active=True,
            version=1,
            created_at=now,
            updated_at=now,
        )
        event = product_event(ProductEvent.CREATED, product, self._ids.new(), origin)
        return await self._store.insert(product, [event])

    async def products_by_id(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return await self._store.by_ids(sorted({key for key in ids if _is_text(key)}))

    async def products_by_sku(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return await self._store.by_skus(sorted({sku for sku in skus if is_sku(sku)}))

    async def list_products(self, query: ProductQuery) -> ProductPage:
        return await self._store.page(checked_query(query))

    async def price_lines(self, command: PriceLines) -> PricedLines:
        _check_quantities(command)
        products = {
            product.sku: product
            for product in await self.products_by_sku([line.sku for line in command.lines])
            if product.active
        }
        _check_known(command, products)
        lines = tuple(
            PricedLine(
                sku=line.sku,
                name=products[line.sku].name,
                quantity=line.quantity,
                unit_price=products[line.sku].price,
            )
            for line in command.lines
        )
        _check_one_currency(lines)
        total = total_of((line.unit_price.times(line.quantity) for line in lines), ("lines",))
        return PricedLines(lines=lines, total=total)


def _check(command: CreateProduct) -> None:
    checked_text(command.product_id, ("productId",), most=LONGEST_ID)
    checked_sku(command.sku, ("sku",))
    checked_text(command.name, ("name",), most=LONGEST_NAME)
    checked_text(command.description, ("description",), least=0, most=LONGEST_DESCRIPTION, lines=True)
    _check_categories(command.categories)
    _check_price(command.price)


def _check_categories(categories: tuple[str, ...]) -> None:
    if len(categories) > MOST_CATEGORIES:
        raise Invalid(f"must be at most {MOST_CATEGORIES} categories", ("categories",))
    for index, category in enumerate(categories):
        path = ("categories", str(index))
        checked_text(category, path, most=LONGEST_CATEGORY)
        if category in categories[:index]:
            raise Invalid("this category is there already", path)


def _check_price(price: Money) -> None:
    if price.currency not in EXPONENTS:
        raise Invalid("not an ISO 4217 currency code", ("price", "currency"))
    if not 0 <= price.minor <= MAX_MINOR:
        raise Invalid("must be between 0 and 10^15 minor units", ("price", "amount"))


def _check_quantities(command: PriceLines) -> None:
    if not 1 <= len(command.lines) <= MOST_LINES:
        raise Invalid(f"must be 1 to {MOST_LINES} lines", ("lines",))
    for index, line in enumerate(command.lines):
        if not 1 <= line.quantity <= MOST_OF_A_LINE:
            raise Invalid(f"must be 1 to {MOST_OF_A_LINE}", ("lines", str(index), "quantity"))


def _check_known(command: PriceLines, products: dict[str, Product]) -> None:
    problems = tuple(
        Problem(code=NotFound.code, message="no such product on sale", path=("lines", str(index), "sku"))
        for index, line in enumerate(command.lines)
        if line.sku not in products
    )
    if problems:
        raise NotFound.of(problems)


def _check_one_currency(lines: tuple[PricedLine, ...]) -> None:
    first = lines[0].unit_price.currency
    for index, line in enumerate(lines):
        if line.unit_price.currency != first:
            raise Invalid("all lines must be of one currency", ("lines", str(index), "sku"))


def _is_text(value: str) -> bool:
    try:
        checked_text(value, (), most=LONGEST_ID)
    except Invalid:
        return False
    return True
